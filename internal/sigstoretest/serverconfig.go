// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	prototrustroot "github.com/sigstore/protobuf-specs/gen/pb-go/trustroot/v1"
)

const signingConfigMediaType = "application/vnd.dev.sigstore.signingconfig.v0.2+json"

// SigningConfig returns a signing configuration that names the services, as
// indented JSON of media type version 0.2. It lists the given logs, as
// [SignOptions].Log would; without any, all that the instance has, of which
// clients take Rekor v2.
func (s *Server) SigningConfig(logs ...Log) []byte {
	services := func(version uint32, url string) *prototrustroot.Service {
		return &prototrustroot.Service{
			Url: url, MajorApiVersion: version, ValidFor: validFor(notBefore, time.Time{}), Operator: "sallyport.test",
		}
	}
	anyOne := &prototrustroot.ServiceConfiguration{Selector: prototrustroot.ServiceSelector_ANY}
	c := &prototrustroot.SigningConfig{
		MediaType: signingConfigMediaType,
		CaUrls:    []*prototrustroot.Service{services(1, s.FulcioURL)},
		TsaUrls:   []*prototrustroot.Service{services(1, s.TSAURL)},
		TsaConfig: anyOne,
	}
	var list Log
	for _, l := range logs {
		list |= l
	}
	if list == LogDefault {
		list = LogV1 | LogV2
	}
	if list&LogV2 != 0 && s.Rekor2URL != "" {
		c.RekorTlogUrls = append(c.RekorTlogUrls, services(2, s.Rekor2URL))
	}
	if list&LogV1 != 0 && s.Rekor1URL != "" {
		c.RekorTlogUrls = append(c.RekorTlogUrls, services(1, s.Rekor1URL))
	}
	if c.RekorTlogUrls != nil {
		c.RekorTlogConfig = anyOne
	}
	var out bytes.Buffer
	if err := json.Indent(&out, protoJSON(c), "", "  "); err != nil {
		panic(fmt.Sprintf("sigstoretest: indenting a signing configuration: %v", err))
	}
	out.WriteByte('\n')
	return out.Bytes()
}
