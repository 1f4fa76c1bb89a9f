// SPDX-License-Identifier: BSD-3-Clause

package packed_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/packed"
)

func noise(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(r.Uint32())
	}
	return out
}

func pack(t testing.TB, data []byte) string {
	t.Helper()
	text, err := packed.Text(data)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestRoundTrip(t *testing.T) {
	for name, data := range map[string][]byte{"nothing": {}, "text": []byte("hello"), "noise": noise(100_000)} {
		text := pack(t, data)
		if !packed.Is(text) || !packed.Is(" \n"+text) || strings.ContainsAny(text, " \n") {
			t.Errorf("%s: not a packed text: %.40q", name, text)
		}
		if text != pack(t, data) {
			t.Errorf("%s: packed twice, it is two texts", name)
		}
		back, err := packed.Open("\n"+text+" \n", len(data))
		if err != nil || !bytes.Equal(back, data) {
			t.Errorf("%s: %v", name, err)
		}
		if len(data) > 0 {
			if _, err := packed.Open(text, len(data)-1); err == nil || !strings.Contains(err.Error(), "more than") {
				t.Errorf("%s: above the limit: %v", name, err)
			}
		}
	}
}

func TestHanded(t *testing.T) {
	short, long := strings.Repeat("x", packed.MaxPlain), strings.Repeat("x", packed.MaxPlain+1)
	if got, err := packed.Handed(short, []byte(short)); err != nil || got != short {
		t.Errorf("what fits is changed, or refused: %v", err)
	}
	if got, err := packed.Handed(long, []byte(long)); err != nil || got != pack(t, []byte(long)) {
		t.Errorf("what is long: %v", err)
	}
	var large *packed.TooLongError
	if _, err := packed.Handed(long, noise(packed.MaxHanded)); !errors.As(err, &large) || large.Size <= packed.MaxHanded {
		t.Errorf("what is too long: %v", err)
	}
}

func TestHostile(t *testing.T) {
	text := pack(t, []byte(strings.Repeat("hello", 1000)))
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.StdEncoding.EncodeToString
	changed := bytes.Clone(raw)
	changed[len(changed)-5] ^= 1 // of the checksum
	longer := bytes.Clone(raw)
	longer[len(longer)-1] ^= 1 // of the length
	for name, tt := range map[string]struct{ text, want string }{
		"empty":          {"", "not compressed"},
		"no base64":      {"H4sI!", "not base64"},
		"two lines":      {text[:40] + "\n" + text[40:], "more than one line"},
		"cut":            {text[:len(text)/2/4*4], "damaged"},
		"cut in base64":  {text[:len(text)-1], "not base64"},
		"no gzip":        {encode([]byte("hello")), "not compressed"},
		"only the head":  {"H4sIAAAAAAAA", "not compressed"},
		"other checksum": {encode(changed), "damaged"},
		"other length":   {encode(longer), "damaged"},
		"a second one":   {encode(append(bytes.Clone(raw), raw...)), "follow"},
		"a tail":         {encode(append(bytes.Clone(raw), 0)), "1 bytes follow"},
		"loose bits":     {looseBits(t), "not base64"},
	} {
		if _, err := packed.Open(tt.text, 1<<20); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

// looseBits is base64 whose last bits are not zero: two texts of one meaning.
func looseBits(t *testing.T) string {
	t.Helper()
	for n := range 50 {
		text := pack(t, noise(n))
		if body := strings.TrimRight(text, "="); len(body)%4 != 0 {
			return body[:len(body)-1] + string(body[len(body)-1]+1) + text[len(body):]
		}
	}
	t.Fatal("no text with padding was found")
	return ""
}

// A small text that becomes a large one is read no further than the limit.
func TestBomb(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range 16 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	text := base64.StdEncoding.EncodeToString(b.Bytes())
	if _, err := packed.Open(text, 1<<20); err == nil || !strings.Contains(err.Error(), "more than 1048576 bytes") {
		t.Errorf("16 MiB of zeros: %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(pack(f, []byte("hello")))
	f.Add("H4sI")
	f.Fuzz(func(t *testing.T, text string) {
		data, err := packed.Open(text, 1000)
		if err != nil {
			return
		}
		if len(data) > 1000 {
			t.Fatalf("%d bytes came out", len(data))
		}
		back, err := packed.Open(pack(t, data), 1000)
		if err != nil || !bytes.Equal(back, data) {
			t.Fatalf("packed again: %v", err)
		}
	})
}
