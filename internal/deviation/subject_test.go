// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"github.com/scientific-python/sallyport/internal/disttest"
)

// named attests the wheel's digest under other names.
func named(name, base string, which int, rule string, says []string, names ...string) row {
	return row{name: name, base: base, rule: rule, says: append(says, wheelName), do: func(s *scene) {
		s.change(func(a *attestation) {
			a.subjects = nil
			for _, n := range names {
				a.subjects = append(a.subjects, subject{Name: n, SHA256: s.dists[0].digest()})
			}
		}, which)
	}}
}

// subjects replaces what the wheel's provenance is about.
func subjects(name string, about func(s *scene) []subject, rule string, says ...string) row {
	return row{name: name, rule: rule, says: says, do: func(s *scene) {
		s.change(func(a *attestation) { a.subjects = about(s) }, wheelBuild)
	}}
}

const otherWheel = "samplepkg-1.0.0-cp312-cp312-win_amd64.whl"

var _ = table("subject", []row{
	named("another wheel's name", "", wheelBuild, "subject-name-mismatch", []string{`"` + otherWheel + `"`}, otherWheel),
	named("another version's name", "", wheelBuild, "subject-name-mismatch", []string{"samplepkg-0.9.0"}, "samplepkg-0.9.0-py3-none-any.whl"),
	named("the sdist's name", "", wheelBuild, "subject-name-mismatch", []string{`"` + sdistName + `"`}, sdistName),
	named("with a folder", "", wheelBuild, "subject-name-mismatch", []string{`"dist/` + wheelName + `"`}, "dist/"+wheelName),
	named("another ending", "", wheelBuild, "subject-name-mismatch", []string{".zip"}, "samplepkg-1.0.0-py3-none-any.zip"),
	named("no name of a file", "", wheelBuild, "subject-name-mismatch", []string{`"pkg"`}, "pkg"),
	named("two other names", "", wheelBuild, "subject-name-mismatch", []string{otherWheel, sdistName}, otherWheel, sdistName),
	named("publish, another wheel's name", "published", wheelPublish, "subject-name-mismatch", []string{`"` + otherWheel + `"`}, otherWheel),
	named("beside, another wheel's name", "attested", wheelBuild, "subject-name-mismatch", []string{`"` + otherWheel + `"`}, otherWheel),
	named("letter case", "", wheelBuild, "subject-name-not-exact", []string{`"Samplepkg-1.0.0-py3-none-any.whl"`}, "Samplepkg-1.0.0-py3-none-any.whl"),
	named("another spelling of the version", "", wheelBuild, "subject-name-not-exact", []string{`"samplepkg-1.0-py3-none-any.whl"`}, "samplepkg-1.0-py3-none-any.whl"),
	named("publish, another spelling", "published", wheelPublish, "subject-name-not-exact", []string{`"samplepkg-1.0-py3-none-any.whl"`}, "samplepkg-1.0-py3-none-any.whl"),

	{name: "sdist as zip", do: func(s *scene) {
		s.change(func(a *attestation) { a.subjects[0].Name = "samplepkg-1.0.0.zip" }, sdistBuild)
	}, rule: "subject-name-mismatch", about: []string{sdistName}, says: []string{`"samplepkg-1.0.0.zip"`, `"` + sdistName + `"`}},
	{name: "zip as sdist", given: zipSdist, do: func(s *scene) {
		s.change(func(a *attestation) { a.subjects[0].Name = sdistName }, sdistBuild)
	}, rule: "subject-name-mismatch", about: []string{"samplepkg-1.0.0.zip"}, says: []string{`"samplepkg-1.0.0.zip"`, `"` + sdistName + `"`}},
	{name: "names swapped", base: "multi", do: func(s *scene) {
		s.change(func(a *attestation) {
			a.subjects = []subject{{Name: sdistName, SHA256: s.dists[0].digest()}, {Name: wheelName, SHA256: s.dists[1].digest()}}
		})
	}, rule: "subject-name-mismatch", about: []string{wheelName, sdistName}, says: []string{wheelName, `"` + sdistName + `"`}},

	subjects("no name", func(s *scene) []subject { return []subject{{SHA256: s.dists[0].digest()}} }, "malformed-subject", "no name").and("subject-name-mismatch"),
	subjects("no SHA-256", func(*scene) []subject {
		return []subject{{Name: wheelName, Digests: map[string]string{"md5": "d41d8cd98f00b204e9800998ecf8427e"}}}
	}, "malformed-subject", "no sha256", wheelName),
	subjects("no digest", func(*scene) []subject { return []subject{{Name: wheelName, Digests: map[string]string{}}} }, "malformed-subject", "no sha256", wheelName),
	subjects("another without SHA-256", func(s *scene) []subject {
		return []subject{s.dists[0].subject(), {Name: otherWheel, Digests: map[string]string{"sha512": "00"}}}
	}, "malformed-subject", "no sha256", otherWheel).and("subject-without-file").noting(wheelBundle),
	subjects("a name twice", func(s *scene) []subject { return []subject{s.dists[0].subject(), s.dists[0].subject()} }, "malformed-subject", "twice", wheelName),
	subjects("a name with two digests", func(s *scene) []subject {
		return []subject{s.dists[0].subject(), {Name: wheelName, SHA256: s.dists[1].digest()}}
	}, "malformed-subject", "twice", wheelName).and("subject-name-mismatch").noting(sdistName),

	{name: "file changed", do: func(s *scene) { s.dists[0] = rebuilt(wheelName) }, rule: "digest-mismatch",
		says: []string{rebuilt(wheelName).digest(), bothDists()[0].digest(), wheelName}},
	{name: "file changed, all beside", base: "beside", do: func(s *scene) { s.dists[0] = rebuilt(wheelName) }, rule: "digest-mismatch",
		says: []string{rebuilt(wheelName).digest(), bothDists()[0].digest(), wheelName}},
	{name: "file changed, one bundle", base: "multi", do: func(s *scene) { s.dists[0] = rebuilt(wheelName) }, rule: "digest-mismatch",
		says: []string{rebuilt(wheelName).digest(), bothDists()[0].digest(), wheelName}},
	{name: "one byte appended", do: func(s *scene) { s.dists[0].data = append(append([]byte{}, s.dists[0].data...), 0) }, rule: "digest-mismatch",
		says: []string{bothDists()[0].digest(), wheelName}},
	{name: "files swapped", do: func(s *scene) { s.dists[0].data, s.dists[1].data = s.dists[1].data, s.dists[0].data },
		rule: "subject-name-mismatch", about: []string{wheelName, sdistName}, says: []string{wheelName, `"` + sdistName + `"`}},
	{name: "attestation of another file beside", base: "beside", do: func(s *scene) {
		s.change(func(a *attestation) { a.subjects = []subject{{Name: otherWheel, SHA256: rebuilt(otherWheel).digest()}} }, wheelBuild)
	}, rule: "attestation-for-another-file", also: []string{"missing-provenance"}, says: []string{otherWheel, rebuilt(otherWheel).digest(), bothDists()[0].digest()}},
	{name: "attestations swapped", base: "beside", do: func(s *scene) {
		a, b := s.attestations[wheelBuild], s.attestations[sdistBuild]
		a.file, b.file = b.file, a.file
	}, rule: "attestation-for-another-file", about: []string{wheelName, sdistName}, says: []string{wheelName, sdistName}},
})

// rebuilt is a wheel of other bytes.
func rebuilt(name string) distFile {
	d := wheelOf(disttest.Options{Version: "1.0.0", Files: []disttest.File{{Path: "samplepkg/evil.py", Data: "evil\n"}}})
	d.name = name
	return d
}

func zipSdist(s *scene) {
	s.dists[1] = sdistOf(disttest.Options{Version: "1.0.0", Zip: true})
	s.change(func(a *attestation) { a.subjects = []subject{s.dists[1].subject()} }, sdistBuild)
}

// and adds rules that have something to say as well.
func (r row) and(rules ...string) row { r.also = append(r.also, rules...); return r }

// noting allows findings about other things than the wheel.
func (r row) noting(about ...string) row { r.about = append([]string{wheelName}, about...); return r }
