// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"crypto/sha1"
	"encoding/hex"
	"testing"
)

// The published SHA-1 collision (https://shattered.io): two texts of one SHA-1,
// which differ in their last 128 bytes. Nobody has published one of two git
// blobs, whose header comes first.
const (
	shatteredStart = "255044462d312e330a25e2e3cfd30a0a0a312030206f626a0a3c3c2f57696474682032203020522f4865696768742033" +
		"203020522f547970652034203020522f537562747970652035203020522f46696c7465722036203020522f436f6c6f72" +
		"53706163652037203020522f4c656e6774682038203020522f42697473506572436f6d706f6e656e7420383e3e0a7374" +
		"7265616d0affd8fffe00245348412d3120697320646561642121212121852fec092339759c39b1a1c63c4c97e1fffe01"
	shattered1 = "7f46dc93a6b67e013b029aaa1db2560b45ca67d688c7f84b8c4c791fe02b3df614f86db1690901c56b45c1530afedfb7" +
		"6038e972722fe7ad728f0e4904e046c230570fe9d41398abe12ef5bc942be33542a4802d98b5d70f2a332ec37fac3514" +
		"e74ddc0f2cc1a874cd0c78305a21566461309789606bd0bf3f98cda8044629a1"
	shattered2 = "7346dc9166b67e118f029ab621b2560ff9ca67cca8c7f85ba84c79030c2b3de218f86db3a90901d5df45c14f26fedfb3" +
		"dc38e96ac22fe7bd728f0e45bce046d23c570feb141398bb552ef5a0a82be331fea48037b8b5d71f0e332edf93ac3500" +
		"eb4ddc0decc1a864790c782c76215660dd309791d06bd0af3f98cda4bc4629b1"
)

// TestCollision holds that bytes that collide are seen, and others are not.
func TestCollision(t *testing.T) {
	var texts [2][]byte
	for i, s := range []string{shatteredStart + shattered1, shatteredStart + shattered2} {
		var err error
		if texts[i], err = hex.DecodeString(s); err != nil {
			t.Fatal(err)
		}
	}
	if sha1.Sum(texts[0]) != sha1.Sum(texts[1]) {
		t.Fatal("the texts do not collide")
	}
	for i, text := range texts {
		if _, collides := digest(text[:100], text[100:]); !collides {
			t.Errorf("the collision is not seen in text %d", i+1)
		}
		if _, collides := digest(text[:256]); collides {
			t.Error("half of the collision is taken for one")
		}
		id, collides := sum(kindBlob, text)
		if collides || id != hashOf(kindBlob, string(text)) {
			t.Errorf("as a blob: %s, %v", id, collides)
		}
	}
}

// TestBlobID holds the ids that everybody knows.
func TestBlobID(t *testing.T) {
	for data, want := range map[string]string{
		"":        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
		"hello\n": "ce013625030ba8dba906f756967f9e9ca394464a",
	} {
		if got := BlobID([]byte(data)); got != want {
			t.Errorf("BlobID(%q) = %s, want %s", data, got, want)
		}
	}
}
