package signature_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/http"
	"strings"
	"testing"

	"palier/federation/signature"
)

func TestA07_AlgorithmConfusion(t *testing.T) {
	t.Parallel()
	public, err := x509.MarshalPKIXPublicKey(aminaRSA().Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	secret := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	t.Run("hmac with the public key", func(t *testing.T) {
		t.Parallel()
		r := delivery(t)
		byHand(t, r, aminaRSA(), "(request-target) host date digest", "")
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte("(request-target): post /u/1/inbox\nhost: lyon.example\ndate: " + r.Header.Get("Date") + "\ndigest: " + r.Header.Get("Digest")))
		r.Header.Set("Signature", `keyId="`+aminaRSA().ID+`",algorithm="hmac-sha256",headers="(request-target) host date digest",signature="`+base64.StdEncoding.EncodeToString(mac.Sum(nil))+`"`)
		refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrInvalid)
	})
	for _, algorithm := range []string{"none", "hmac-sha256", "rsa-sha1", "rsa-sha512", "ecdsa-sha256", "ed25519", "RSA-SHA256 "} {
		t.Run("cavage "+algorithm, func(t *testing.T) {
			t.Parallel()
			r := delivery(t)
			byHand(t, r, aminaRSA(), "(request-target) host date digest", `algorithm="`+algorithm+`",`)
			refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrInvalid)
		})
	}
	t.Run("cavage rsa-sha256 by an Ed25519 key", func(t *testing.T) {
		t.Parallel()
		r := delivery(t)
		byHand(t, r, aminaEd(), "(request-target) host date digest", `algorithm="rsa-sha256",`)
		refused(t, ring(aminaEd()), arrive(t, r), note, signature.ErrInvalid)
	})
	for _, algorithm := range []string{"none", "hmac-sha256", "rsa-pss-sha512", "ecdsa-p256-sha256", "ed25519", ""} {
		t.Run("RFC 9421 "+algorithm, func(t *testing.T) {
			t.Parallel()
			r := delivery(t)
			byHand9421(t, r, aminaRSA(), `("@method" "@target-uri" "content-digest")`, `;created=`+unix(noon)+`;keyid="`+aminaRSA().ID+`";alg="`+algorithm+`"`)
			_, err := verifier(t, ring(aminaRSA())).Verify(arrive(t, r), note)
			if want := algorithm != ""; errors.Is(err, signature.ErrInvalid) != want {
				t.Errorf("got %v, want refused: %v", err, want)
			}
		})
	}
	t.Run("a signature of nothing", func(t *testing.T) {
		t.Parallel()
		r := delivery(t)
		r.Header.Set("Signature", `keyId="`+aminaRSA().ID+`",algorithm="none",headers="(request-target) host date digest",signature=""`)
		refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrMalformed)
	})
}

func TestA08_Doubled(t *testing.T) {
	t.Parallel()
	mal := signed(t, malRSA(), signature.Cavage).Header.Get("Signature")
	for name, change := range map[string]func(*http.Request){
		"Signature":             func(r *http.Request) { r.Header.Add("Signature", mal) },
		"Signature, same":       func(r *http.Request) { r.Header.Add("Signature", r.Header.Get("Signature")) },
		"Signature, thrice":     func(r *http.Request) { r.Header["Signature"] = []string{mal, mal, mal} },
		"Digest":                func(r *http.Request) { r.Header.Add("Digest", r.Header.Get("Digest")) },
		"Digest in one":         func(r *http.Request) { r.Header.Set("Digest", r.Header.Get("Digest")+", "+r.Header.Get("Digest")) },
		"Date":                  func(r *http.Request) { r.Header.Add("Date", r.Header.Get("Date")) },
		"keyId":                 func(r *http.Request) { r.Header.Set("Signature", `keyId="`+malRSA().ID+`",`+r.Header.Get("Signature")) },
		"keyId in another case": func(r *http.Request) { r.Header.Set("Signature", `keyid="`+malRSA().ID+`",`+r.Header.Get("Signature")) },
		"headers":               func(r *http.Request) { r.Header.Set("Signature", r.Header.Get("Signature")+`,headers="date"`) },
		"signature":             func(r *http.Request) { r.Header.Set("Signature", r.Header.Get("Signature")+`,signature="AAAA"`) },
		"a covered name":        func(r *http.Request) { byHand(t, r, aminaRSA(), "(request-target) host date digest host", "") },
		"Content-Digest":        func(r *http.Request) { r.Header["Content-Digest"] = []string{"sha-256=:AAAA:", "sha-256=:AAAA:"} },
		"Content-Digest in one": func(r *http.Request) {
			good := strings.Replace(r.Header.Get("Digest"), "SHA-256=", "sha-256=:", 1) + ":"
			r.Header.Set("Content-Digest", "sha-256=:AAAA:, "+good)
		},
	} {
		t.Run("cavage, "+name, func(t *testing.T) {
			t.Parallel()
			r := signed(t, aminaRSA(), signature.Cavage)
			change(r)
			refused(t, ring(aminaRSA(), malRSA()), arrive(t, r), note, signature.ErrMalformed)
		})
	}
	theirs := signed(t, malRSA(), signature.RFC9421)
	for name, change := range map[string]func(*http.Request){
		"Signature-Input": func(r *http.Request) { r.Header.Add("Signature-Input", theirs.Header.Get("Signature-Input")) },
		"two labels": func(r *http.Request) {
			r.Header.Set("Signature-Input", r.Header.Get("Signature-Input")+", "+strings.Replace(theirs.Header.Get("Signature-Input"), "sig1", "sig2", 1))
			r.Header.Set("Signature", r.Header.Get("Signature")+", "+strings.Replace(theirs.Header.Get("Signature"), "sig1", "sig2", 1))
		},
		"one label twice": func(r *http.Request) {
			r.Header.Set("Signature-Input", theirs.Header.Get("Signature-Input")+", "+r.Header.Get("Signature-Input"))
		},
		"one label twice in the signature": func(r *http.Request) {
			r.Header.Set("Signature", theirs.Header.Get("Signature")+", "+r.Header.Get("Signature"))
		},
		"a second signature without its input": func(r *http.Request) {
			r.Header.Set("Signature", r.Header.Get("Signature")+", sig2=:AAAA:")
		},
		"labels differ": func(r *http.Request) {
			r.Header.Set("Signature", strings.Replace(r.Header.Get("Signature"), "sig1", "sig2", 1))
		},
		"keyid": func(r *http.Request) {
			r.Header.Set("Signature-Input", r.Header.Get("Signature-Input")+`;keyid="`+malRSA().ID+`"`)
		},
		"created":        func(r *http.Request) { r.Header.Set("Signature-Input", r.Header.Get("Signature-Input")+`;created=1`) },
		"Content-Digest": func(r *http.Request) { r.Header.Add("Content-Digest", r.Header.Get("Content-Digest")) },
		"Signature":      func(r *http.Request) { r.Header.Add("Signature", theirs.Header.Get("Signature")) },
	} {
		t.Run("RFC 9421, "+name, func(t *testing.T) {
			t.Parallel()
			r := signed(t, aminaRSA(), signature.RFC9421)
			change(r)
			refused(t, ring(aminaRSA(), malRSA()), arrive(t, r), note, signature.ErrMalformed)
		})
	}
	t.Run("RFC 9421, a component", func(t *testing.T) {
		t.Parallel()
		r := delivery(t)
		byHand9421(t, r, aminaRSA(), `("@method" "@target-uri" "content-digest" "@method")`, `;created=`+unix(noon)+`;keyid="`+aminaRSA().ID+`"`)
		refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrMalformed)
	})
	t.Run("Host", func(t *testing.T) {
		t.Parallel()
		r := arrive(t, signed(t, aminaRSA(), signature.Cavage))
		r.Header["Host"] = []string{"lyon.example", "evil.example"}
		refused(t, ring(aminaRSA()), r, note, signature.ErrMalformed)
	})
}

func TestA09_TwoSchemesOnOneRequest(t *testing.T) {
	t.Parallel()
	// both puts a cavage and an RFC 9421 signature on one request.
	both := func(old, modern *signature.PrivateKey, oldFirst bool) *http.Request {
		r := signed(t, old, signature.Cavage)
		m := signed(t, modern, signature.RFC9421)
		r.Header.Set("Signature-Input", m.Header.Get("Signature-Input"))
		r.Header.Set("Content-Digest", m.Header.Get("Content-Digest"))
		if oldFirst {
			r.Header.Add("Signature", m.Header.Get("Signature"))
		} else {
			r.Header["Signature"] = []string{m.Header.Get("Signature"), r.Header.Get("Signature")}
		}
		return r
	}
	keys := ring(aminaRSA(), aminaEd(), malRSA())
	for _, oldFirst := range []bool{true, false} {
		got, err := verifier(t, keys).Verify(arrive(t, both(aminaRSA(), aminaEd(), oldFirst)), note)
		if err != nil || got.Owner != aminaRSA().Owner || got.Scheme != signature.RFC9421 {
			t.Errorf("both of one owner: got %+v, %v", got, err)
		}
		refused(t, keys, arrive(t, both(aminaRSA(), malRSA(), oldFirst)), note, signature.ErrOwners)
		refused(t, keys, arrive(t, both(malRSA(), aminaEd(), oldFirst)), note, signature.ErrOwners)

		r := both(aminaRSA(), aminaEd(), oldFirst) // one of the two is broken
		for i, line := range r.Header["Signature"] {
			if strings.HasPrefix(line, "keyId") {
				r.Header["Signature"][i] = strings.Replace(line, "(request-target) host date", "(request-target) date host", 1)
			}
		}
		refused(t, keys, arrive(t, r), note, signature.ErrInvalid)
	}
	r := signed(t, aminaRSA(), signature.Cavage)
	r.Header.Set("Signature-Input", signed(t, malRSA(), signature.RFC9421).Header.Get("Signature-Input"))
	refused(t, keys, arrive(t, r), note, signature.ErrMalformed)
}
