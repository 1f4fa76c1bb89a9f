// SPDX-License-Identifier: BSD-3-Clause

package tuftest

import (
	"crypto"
	"crypto/ed25519"
	"fmt"
	"slices"
	"time"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// rootKeys and rootThreshold are the root role's: a quorum, as real ones have.
const (
	rootKeys      = 3
	rootThreshold = 2
)

// keyring is one generation of keys: the root role's several, one for each
// other role.
type keyring struct {
	root                         []ed25519.PrivateKey
	timestamp, snapshot, targets ed25519.PrivateKey
}

func (r *Repo) newKeyring() keyring {
	k := keyring{timestamp: r.newKey(), snapshot: r.newKey(), targets: r.newKey()}
	for range rootKeys {
		k.root = append(k.root, r.newKey())
	}
	return k
}

func (r *Repo) newKey() ed25519.PrivateKey {
	_, key, err := ed25519.GenerateKey(nil)
	r.must(err)
	return key
}

// build makes all files. Version 2 of each role is current; version 1 exists
// for the options that serve something old.
func (r *Repo) build(targets map[string][]byte) {
	old := r.newKeyring()
	current := old
	if r.rotation != noRotation {
		current = r.newKeyring()
	}
	expiresRoot1 := r.expires(Root)
	if r.rotation == goodRotation {
		expiresRoot1 = time.Now().Add(-lifetime) // an old root may be expired, the last may not
	}
	r.anchor = r.signRoot(1, expiresRoot1, old, old.root)
	r.files["1.root.json"] = r.anchor
	switch {
	case r.rolled[Root]:
		r.files["2.root.json"] = r.anchor
	case r.rotation == goodRotation:
		r.files["2.root.json"] = r.signRoot(2, r.expires(Root), current, slices.Concat(old.root, current.root))
	case r.rotation == selfRotation:
		r.files["2.root.json"] = r.signRoot(2, r.expires(Root), current, current.root)
	}

	for version := int64(1); version <= 2; version++ {
		r.files[fmt.Sprintf("%d.targets.json", version)] = r.signTargets(version, current, targets)
		r.files[fmt.Sprintf("%d.snapshot.json", version)] = r.signSnapshot(version, current)
	}
	if r.rolled[Targets] {
		r.files["2.targets.json"] = r.files["1.targets.json"]
	}
	if r.rolled[Snapshot] {
		r.files["2.snapshot.json"] = r.files["1.snapshot.json"]
	}
	r.files[Timestamp] = r.signTimestamp(current)
	for name, data := range targets {
		r.files[targetPath(name, data)] = data
	}
}

func (r *Repo) signRoot(version int64, expires time.Time, keys keyring, signers []ed25519.PrivateKey) []byte {
	md := metadata.Root(expires)
	md.Signed.Version = version
	md.Signed.ConsistentSnapshot = true
	for _, key := range keys.root {
		r.must(md.Signed.AddKey(r.public(key), metadata.ROOT))
	}
	md.Signed.Roles[metadata.ROOT].Threshold = rootThreshold
	r.must(md.Signed.AddKey(r.public(keys.timestamp), metadata.TIMESTAMP))
	r.must(md.Signed.AddKey(r.public(keys.snapshot), metadata.SNAPSHOT))
	r.must(md.Signed.AddKey(r.public(keys.targets), metadata.TARGETS))
	return sign(r, md, r.wrongKey[Root] && version > 1, signers...)
}

func (r *Repo) signTargets(version int64, keys keyring, targets map[string][]byte) []byte {
	md := metadata.Targets(r.expires(Targets))
	md.Signed.Version = version
	for name, data := range targets {
		file, err := metadata.TargetFile().FromBytes(name, data, "sha256")
		r.must(err)
		md.Signed.Targets[name] = file
	}
	return sign(r, md, r.wrongKey[Targets], keys.targets)
}

func (r *Repo) signSnapshot(version int64, keys keyring) []byte {
	md := metadata.Snapshot(r.expires(Snapshot))
	md.Signed.Version = version
	md.Signed.Meta["targets.json"] = metadata.MetaFile(version)
	return sign(r, md, r.wrongKey[Snapshot], keys.snapshot)
}

func (r *Repo) signTimestamp(keys keyring) []byte {
	md := metadata.Timestamp(r.expires(Timestamp))
	md.Signed.Version = 2
	md.Signed.Meta["snapshot.json"] = metadata.MetaFile(2)
	if r.frozen {
		md.Signed.Version = 1
		md.Signed.Expires = time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
		md.Signed.Meta["snapshot.json"] = metadata.MetaFile(1)
	}
	if r.noMeta {
		clear(md.Signed.Meta)
	}
	return sign(r, md, r.wrongKey[Timestamp], keys.timestamp)
}

// sign signs md with each key; as a stranger it keeps the key ids and makes
// the signatures with keys of its own.
func sign[T metadata.Roles](r *Repo, md *metadata.Metadata[T], stranger bool, keys ...ed25519.PrivateKey) []byte {
	for _, key := range keys {
		_, err := md.Sign(r.signer(key))
		r.must(err)
		if stranger {
			forged, err := md.Sign(r.signer(r.newKey()))
			r.must(err)
			md.Signatures = md.Signatures[:len(md.Signatures)-1]
			md.Signatures[len(md.Signatures)-1].Signature = forged.Signature
		}
	}
	data, err := md.ToBytes(false)
	r.must(err)
	return data
}

func (r *Repo) signer(key ed25519.PrivateKey) signature.Signer {
	s, err := signature.LoadSigner(key, crypto.Hash(0))
	r.must(err)
	return s
}

func (r *Repo) public(key ed25519.PrivateKey) *metadata.Key {
	k, err := metadata.KeyFromPublicKey(key.Public())
	r.must(err)
	return k
}

func (r *Repo) expires(name string) time.Time {
	d := lifetime
	if r.expired[name] {
		d = -time.Hour
	}
	return time.Now().Add(d).UTC().Truncate(time.Second)
}

func (r *Repo) must(err error) {
	if err != nil {
		r.tb.Helper()
		r.tb.Fatalf("tuftest: signing the repository: %v", err)
	}
}
