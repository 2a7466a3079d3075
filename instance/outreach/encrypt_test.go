package outreach

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"testing"

	"pgregory.net/rapid"

	"palier/instance/outreach/outreachtest"
)

func unbase(t *testing.T, text string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRFC8291Appendix encrypts the example of RFC 8291, appendix A.
func TestRFC8291Appendix(t *testing.T) {
	t.Parallel()
	to, err := ecdh.P256().NewPublicKey(unbase(t, "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"))
	if err != nil {
		t.Fatal(err)
	}
	from, err := ecdh.P256().NewPrivateKey(unbase(t, "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
	if err != nil {
		t.Fatal(err)
	}
	e := envelope{to: to, auth: unbase(t, "BTBZMqHH6r4Tts7J_aSIgg"), from: from, salt: unbase(t, "DGv6ra1nlYgDCS1FRnbzlw")}
	m, err := e.seal([]byte("When I grow up, I want to be a watermelon"))
	if err != nil {
		t.Fatal(err)
	}
	want := unbase(t, "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"+
		"yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN")
	if !bytes.Equal(m.body, want) || m.header.Get("Content-Encoding") != "aes128gcm" {
		t.Errorf("got %s as %s\nwant %s", encode(m.body), m.header, encode(want))
	}
}

// TestWhatIsSealedIsRead seals texts both ways and reads them as programs do.
func TestWhatIsSealedIsRead(t *testing.T) {
	t.Parallel()
	program := outreachtest.NewProgram(t)
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(rapid.StringN(0, 300, 3000).Draw(t, "text"))
		from, err := ecdh.P256().GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		e := envelope{to: program.Key.PublicKey(), auth: program.Auth, from: from, salt: rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "salt")}
		for name, seal := range map[string]func([]byte) (message, error){"aes128gcm": e.seal, "aesgcm": e.sealOld} {
			m, err := seal(bytes.Clone(text))
			if err != nil {
				t.Fatal(err)
			}
			got, err := program.Open(m.header, m.body)
			if err != nil || !bytes.Equal(got, text) {
				t.Fatalf("%s: got %q, %v, want %q", name, got, err, text)
			}
		}
	})
}

func TestTooLongMessagesAreNotSent(t *testing.T) {
	t.Parallel()
	program := outreachtest.NewProgram(t)
	e := envelope{to: program.Key.PublicKey(), auth: program.Auth, from: program.Key, salt: make([]byte, 16)}
	for _, seal := range []func([]byte) (message, error){e.seal, e.sealOld} {
		if _, err := seal(make([]byte, 4096)); err == nil {
			t.Error("a message of more than 4,096 bytes was sealed")
		}
	}
}
