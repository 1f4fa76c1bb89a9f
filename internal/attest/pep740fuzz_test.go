// SPDX-License-Identifier: BSD-3-Clause

package attest_test

import (
	"testing"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// FuzzToPEP740 holds that whatever is converted says the same when it is read
// back.
func FuzzToPEP740(f *testing.F) {
	seed, err := protojson.Marshal(signed(f, sigstoretest.SignOptions{}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, data []byte) {
		b := &protobundle.Bundle{}
		if protojson.Unmarshal(data, b) != nil {
			return
		}
		object, err := attest.ToPEP740(b)
		if err != nil {
			return
		}
		back, err := evidence.BundleFromPEP740(object)
		if err != nil {
			t.Fatalf("reading what was written: %v\n%s", err, object)
		}
		want := proto.Clone(b).(*protobundle.Bundle)
		want.MediaType = back.MediaType
		want.GetDsseEnvelope().Signatures[0].Keyid = ""
		if len(want.GetVerificationMaterial().GetTimestampVerificationData().GetRfc3161Timestamps()) == 0 {
			want.VerificationMaterial.TimestampVerificationData = nil
		}
		if !proto.Equal(want, back) {
			t.Fatalf("the round trip changed the bundle:\n%v\n%v", want, back)
		}
	})
}
