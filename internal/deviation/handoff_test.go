// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// lying adds a file to the release folder.
func lying(name, text string) func(*scene) {
	return func(s *scene) { s.files = append(s.files, file{"dist/" + name, []byte(text)}) }
}

// ledger is the ledger of the scene's files, changed.
func ledger(change func(map[string]any)) func(*scene) {
	return func(s *scene) {
		dists := []any{}
		for _, d := range s.dists {
			dists = append(dists, map[string]any{"name": d.name, "sha256": d.digest(), "size": len(d.data)})
		}
		l := map[string]any{"schema_version": 1, "project": "samplepkg", "version": "1.0.0", "commit": commit, "run": repoURL + "/actions/runs/11122233344", "dists": dists}
		if change != nil {
			change(l)
		}
		data, err := json.Marshal(l)
		if err != nil {
			panic(err)
		}
		s.files = append(s.files, file{"ledger.json", data})
	}
}

func byLedger(s *scene) {
	ledger(nil)(s)
	s.flags = append(s.flags, "--ledger", "FOLDER/ledger.json")
}

// sums are the digests of the scene's files, as the build had them, changed.
func sums(change func(string) string) func(*scene) {
	return func(s *scene) {
		text := ""
		for _, d := range s.dists {
			text += d.digest() + "  dist/" + d.name + "\n"
		}
		if change != nil {
			text = change(text)
		}
		s.files = append(s.files, file{"sums.txt", []byte(text)})
	}
}

func bySums(s *scene) {
	sums(nil)(s)
	s.flags = append(s.flags, "--checksums", "FOLDER/sums.txt")
}

// ledgerSays changes one file's line of the ledger.
func ledgerSays(key string, value any) func(*scene) {
	return ledger(func(l map[string]any) { l["dists"].([]any)[0].(map[string]any)[key] = value })
}

var _ = table("hand-off", []row{
	{name: "stray file", do: lying("notes.txt", "hello"), rule: "unexpected-file", about: []string{"notes.txt"}, says: []string{"notes.txt"}},
	{name: "stray JSON", do: lying("metadata.json", `{"name": "samplepkg"}`), rule: "unexpected-file", about: []string{"metadata.json"}, says: []string{"metadata.json"}},
	{name: "folder in it", do: lying("build/x.txt", "x"), rule: "unexpected-file", about: []string{"build"}, says: []string{"build", "folder"}},
	{name: "broken attestation", do: lying("samplepkg.attestation", "{"), rule: malformed, about: []string{"samplepkg.attestation"}, says: []string{"samplepkg.attestation"}},
	{name: "wheel's ending in capitals", do: lying("samplepkg-1.0.0-py3-none-any.WHL", "x"), rule: "invalid-dist-name", about: []string{"samplepkg-1.0.0-py3-none-any.WHL"}, says: []string{".WHL"}},
	{name: "wheel without tags", do: lying("samplepkg-1.0.0.whl", "x"), rule: "invalid-dist-name", about: []string{"samplepkg-1.0.0.whl"}, says: []string{"samplepkg-1.0.0.whl"}},
	{name: "egg", do: lying("samplepkg-1.0.0-py3.12.egg", "x"), rule: "invalid-dist-name", about: []string{"samplepkg-1.0.0-py3.12.egg"}, says: []string{".egg"}},
	{name: "one name in two folders", do: func(s *scene) {
		s.files = append(s.files, file{"wheelhouse/" + wheelName, s.dists[0].data})
		s.paths = append(s.paths, "wheelhouse")
	}, rule: "duplicate-dist", says: []string{wheelName, "2 times"}},
	{name: "one name, two files", do: func(s *scene) {
		s.files = append(s.files, file{"wheelhouse/" + wheelName, rebuilt(wheelName).data})
		s.paths = append(s.paths, "wheelhouse")
	}, rule: "duplicate-dist", also: []string{"digest-mismatch"}, says: []string{wheelName, "2 times"}},
	{name: "two source distributions", do: func(s *scene) {
		zip := s.clone()
		zipSdist(zip)
		addDist(zip.dists[1], same)(s)
	}, rule: "duplicate-dist", about: []string{sdistName, "samplepkg-1.0.0.zip"}, says: []string{"2 source distributions", sdistName, "samplepkg-1.0.0.zip"}},
	{name: "bundle beside, strict", given: strictly, do: func(s *scene) {
		s.change(func(a *attestation) { a.given, a.file = false, "dist/"+wheelName+".sigstore.json" }, wheelBuild)
	}, rule: "attestation-stops-upload", about: []string{wheelName + ".sigstore.json"}, says: []string{wheelName + ".sigstore.json"}},

	{name: "index, two subjects", base: "beside", do: func(s *scene) {
		s.change(func(a *attestation) { a.subjects = append(a.subjects, s.dists[1].subject()) }, wheelBuild)
	}, rule: "index-would-refuse", says: []string{wheelName + ".slsa.attestation", "too many subjects"}},
	{name: "index, a bundle named .attestation", base: "beside", do: func(s *scene) { s.change(func(a *attestation) { a.pep740 = false }, wheelBuild) },
		rule: "index-would-refuse", says: []string{wheelName + ".slsa.attestation", "Malformed attestations"}},
	{name: "index, three attestations", base: "beside", do: extra("dist/"+wheelName+".another.attestation", false, true, func(*attestation) {}),
		rule: "index-would-refuse", says: []string{"maximum of 2"}},
	{name: "index, one type twice", base: "beside", given: func(s *scene) {
		s.policy["require"] = "[provenance]"
		s.attestations = s.attestations[:2]
	}, do: extra("dist/"+wheelName+".another.attestation", false, true, func(*attestation) {}),
		rule: "index-would-refuse", says: []string{"same predicate type", sigstoretest.ProvenanceV1}},
	{name: "index, digest in capitals", base: "beside", do: func(s *scene) {
		s.change(func(a *attestation) { a.subjects[0].SHA256 = upper(a.subjects[0].SHA256) }, wheelBuild)
	}, rule: "index-would-refuse", says: []string{"digest"}},
	{name: "index, another predicate type", base: "beside", do: extra("dist/"+wheelName+".sbom.attestation", false, true, sbom),
		rule: "index-would-refuse", says: []string{"https://spdx.dev/Document"}},

	{name: "ledger, file changed", given: byLedger, do: func(s *scene) { ledgerSays("sha256", rebuilt(wheelName).digest())(s) }, rule: "differs-from-ledger",
		says: []string{bothDists()[0].digest(), rebuilt(wheelName).digest()}},
	{name: "ledger, size changed", given: byLedger, do: ledgerSays("size", 1), rule: "differs-from-ledger", says: []string{wheelName, "1 bytes"}},
	{name: "ledger, file added", given: byLedger, do: addDist(windowsWheel, same), rule: "differs-from-ledger", about: []string{windowsWheel.name}, says: []string{windowsWheel.name, "not in the ledger"}},
	{name: "ledger, file lost", given: byLedger, do: func(s *scene) { s.dists = s.dists[1:] }, rule: "differs-from-ledger", also: []string{"subject-without-file"},
		about: []string{wheelName, wheelBundle}, says: []string{wheelName, "not among the files"}},

	{name: "checksums, file changed", given: bySums, rule: "differs-from-build", says: []string{bothDists()[0].digest(), rebuilt(wheelName).digest()},
		do: sums(func(text string) string {
			return strings.Replace(text, bothDists()[0].digest(), rebuilt(wheelName).digest(), 1)
		})},
	{name: "checksums, file added", given: bySums, do: addDist(windowsWheel, same), rule: "differs-from-build", about: []string{windowsWheel.name}, says: []string{windowsWheel.name, "that the build lists"}},

	{name: "nothing there", do: func(s *scene) { s.dists, s.attestations = nil, nil }, rule: "no-dists", undecided: true, about: []string{""}, says: []string{"no wheel"}},
	{name: "only attestations there", base: "beside", do: func(s *scene) { s.dists = nil }, rule: "no-dists", also: []string{"subject-without-file"}, undecided: true,
		about: []string{"", wheelName + ".slsa.attestation", sdistName + ".slsa.attestation", wheelName + ".publish.attestation", sdistName + ".publish.attestation"}, says: []string{"no wheel"}},
	{name: "link to nowhere", do: link(wheelName+".link", "nowhere"), rule: "unreadable-file", undecided: true, about: []string{wheelName + ".link"}, says: []string{wheelName + ".link"}},
	{name: "link to itself", do: link("circle.whl", "circle.whl"), rule: "unreadable-file", undecided: true, about: []string{"circle.whl"}, says: []string{"circle.whl"}},
	{name: "bundle not there", do: func(s *scene) { s.flags = append(s.flags, "--bundle", "FOLDER/none.json") }, rule: "unreadable-file", undecided: true, about: []string{"none.json"}, says: []string{"none.json"}},
	{name: "path not there", do: func(s *scene) { s.paths = append(s.paths, "none") }, rule: "unreadable-file", undecided: true, about: []string{"none"}, says: []string{"none"}},

	{name: "no policy", do: func(s *scene) { s.policy = nil }, rule: "publisher-unknown", also: []string{"foreign-project"}, undecided: true, about: []string{""}, says: []string{"repository and workflow", "--offline"}},
	{name: "policy without repository", do: func(s *scene) { delete(s.policy, "publisher.repository") }, rule: "publisher-unknown", undecided: true, about: []string{""}, says: []string{"publisher's repository"}},
	{name: "policy without workflow", do: func(s *scene) { delete(s.policy, "publisher.workflow") }, rule: "publisher-unknown", undecided: true, about: []string{""}, says: []string{"publisher's workflow"}},
	{name: "environment not said, strict", base: "beside", given: strictly, do: func(s *scene) { delete(s.policy, "publisher.environment") }, rule: "wrong-environment", undecided: true,
		about: []string{wheelName, sdistName}, says: []string{`"pypi"`, "does not say"}},
	{name: "certificate without environment, strict", base: "beside", given: strictly, do: func(s *scene) { s.claim(environmentOf(""), wheelPublish) }, rule: "wrong-environment", undecided: true,
		says: []string{`"pypi"`, "names no environment"}},
})

func sbom(a *attestation) {
	a.statement = func(_ claims, s ...subject) []byte {
		return sigstoretest.Statement{Subjects: s, PredicateType: "https://spdx.dev/Document", Predicate: map[string]any{"spdxVersion": "SPDX-2.3"}}.JSON()
	}
}

func upper(hex string) string {
	b := []byte(hex)
	for i, c := range b {
		if 'a' <= c && c <= 'f' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// link makes a symbolic link in the release folder.
func link(name, to string) func(*scene) {
	return func(s *scene) {
		s.prepare = func(tb testing.TB, folder string) {
			if err := os.Symlink(to, filepath.Join(folder, "dist", name)); err != nil {
				tb.Fatal(err)
			}
		}
	}
}
