// SPDX-License-Identifier: BSD-3-Clause

package disttest

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// Wheel builds a wheel (binary distribution format 1.0): one module, METADATA,
// WHEEL, the further files, and last a RECORD whose digests and sizes are true,
// unless the options replace RECORD itself.
func Wheel(o Options) (filename string, data []byte) {
	o = o.filled()
	head := o.escaped() + "-" + o.Version
	info := head + ".dist-info/"
	members := with([]File{
		o.module(),
		{Path: info + "METADATA", Data: o.metadata()},
		{Path: info + "WHEEL", Data: o.wheel()},
	}, o.Files)
	// RECORD is written last and does not list its own digest. Members of the
	// .dist-info folder stand at the end, as the specification recommends.
	record := File{Path: info + "RECORD", Mode: 0o644}
	if i := slices.IndexFunc(members, func(m File) bool { return m.Path == record.Path }); i >= 0 {
		record = members[i]
		members = slices.Delete(members, i, i+1)
	}
	slices.SortStableFunc(members, func(a, b File) int {
		return rank(a.Path, info) - rank(b.Path, info)
	})
	if record.Data == "" {
		record.Data = recordOf(members, record.Path)
	}
	if o.Build != "" {
		head += "-" + o.Build
	}
	return head + "-" + o.Tags + ".whl", zipped(append(members, record))
}

func rank(path, info string) int {
	if strings.HasPrefix(path, info) {
		return 1
	}
	return 0
}

// wheel is the text of WHEEL, with the compressed tags written out.
func (o Options) wheel() string {
	var b strings.Builder
	parts := strings.SplitN(o.Tags+"--", "-", 3)
	pure := strings.HasPrefix(parts[1], "none") && strings.HasPrefix(parts[2], "any")
	fmt.Fprintf(&b, "Wheel-Version: 1.0\nGenerator: disttest (1.0)\nRoot-Is-Purelib: %t\n", pure)
	platforms := strings.TrimRight(parts[2], "-")
	for _, python := range strings.Split(parts[0], ".") {
		for _, abi := range strings.Split(parts[1], ".") {
			for _, platform := range strings.Split(platforms, ".") {
				fmt.Fprintf(&b, "Tag: %s-%s-%s\n", python, abi, platform)
			}
		}
	}
	if o.Build != "" {
		fmt.Fprintf(&b, "Build: %s\n", o.Build)
	}
	return b.String()
}

// recordOf is the text of RECORD for members, which own names.
func recordOf(members []File, own string) string {
	var b strings.Builder
	for _, m := range members {
		sum := sha256.Sum256([]byte(m.Data))
		fmt.Fprintf(&b, "%s,sha256=%s,%d\n", quoted(m.Path), base64.RawURLEncoding.EncodeToString(sum[:]), len(m.Data))
	}
	fmt.Fprintf(&b, "%s,,\n", quoted(own))
	return b.String()
}

// quoted is a CSV field.
func quoted(s string) string {
	if strings.ContainsAny(s, ",\"\n\r") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

// zipped is a ZIP archive of members, compressed.
func zipped(members []File) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.Path, Method: zip.Deflate, Modified: stamp}
		h.SetMode(m.Mode)
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = w.Write([]byte(m.Data))
		}
		if err != nil {
			// A buffer takes every write: the options are wrong.
			panic(fmt.Sprintf("disttest: writing %q: %v", m.Path, err))
		}
	}
	if err := z.Close(); err != nil {
		panic(fmt.Sprintf("disttest: closing the archive: %v", err))
	}
	return b.Bytes()
}
