// SPDX-License-Identifier: BSD-3-Clause

package disttest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
)

// Sdist builds a source distribution: NAME-VERSION/ with pyproject.toml, one
// module, PKG-INFO and the further files, as .tar.gz (PEP 625) or, with
// [Options.Zip], as .zip.
func Sdist(o Options) (filename string, data []byte) {
	o = o.filled()
	top := o.escaped() + "-" + o.Version
	members := with([]File{
		{Path: "pyproject.toml", Data: o.pyproject()},
		o.module(),
		{Path: "PKG-INFO", Data: o.metadata()},
	}, o.Files)
	for i := range members {
		members[i].Path = top + "/" + members[i].Path
	}
	if o.Zip {
		return top + ".zip", zipped(members)
	}
	return top + ".tar.gz", tarred(members)
}

func (o Options) pyproject() string {
	return fmt.Sprintf("[build-system]\nrequires = [\"flit_core >=3.8\"]\nbuild-backend = \"flit_core.buildapi\"\n\n[project]\nname = %q\nversion = %q\ndescription = \"a sample for tests\"\n", o.Name, o.Version)
}

// tarred is a gzip-compressed tar archive of members.
func tarred(members []File) []byte {
	var b bytes.Buffer
	// The header has neither time nor name: the bytes depend on members only.
	g := gzip.NewWriter(&b)
	t := tar.NewWriter(g)
	for _, m := range members {
		err := t.WriteHeader(&tar.Header{
			Typeflag: tar.TypeReg, Name: m.Path, Size: int64(len(m.Data)), Mode: int64(m.Mode.Perm()),
			ModTime: stamp, Format: tar.FormatPAX,
		})
		if err == nil {
			_, err = t.Write([]byte(m.Data))
		}
		if err != nil {
			// A buffer takes every write: the options are wrong.
			panic(fmt.Sprintf("disttest: writing %q: %v", m.Path, err))
		}
	}
	if err := t.Close(); err != nil {
		panic(fmt.Sprintf("disttest: closing the archive: %v", err))
	}
	if err := g.Close(); err != nil {
		panic(fmt.Sprintf("disttest: closing the compression: %v", err))
	}
	return b.Bytes()
}
