package signature_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"net/http"
	"testing"

	"palier/federation/signature"
)

func TestA01_Unsigned(t *testing.T) {
	t.Parallel()
	refused(t, ring(aminaRSA()), arrive(t, delivery(t)), note, signature.ErrUnsigned)
	refused(t, ring(aminaRSA()), arrive(t, request(t, http.MethodGet, inbox, nil)), nil, signature.ErrUnsigned)
	r := signed(t, aminaRSA(), signature.Cavage)
	r.Header.Set("Authorization", "Signature "+r.Header.Get("Signature"))
	r.Header.Del("Signature")
	refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrUnsigned)
	r = signed(t, aminaRSA(), signature.RFC9421)
	r.Header.Del("Signature")
	refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrMalformed)
}

func TestA02_BodyChanged(t *testing.T) {
	t.Parallel()
	for _, s := range schemes {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			r := arrive(t, signed(t, s.key(), s.scheme))
			keys := ring(s.key())
			for name, body := range map[string][]byte{
				"changed":   bytes.Replace(note, []byte("amina"), []byte("admin"), 1),
				"longer":    append(bytes.Clone(note), ' '),
				"shorter":   note[:len(note)-1],
				"empty":     {},
				"not there": nil,
			} {
				if _, err := verifier(t, keys).Verify(r, body); !errors.Is(err, signature.ErrDigest) {
					t.Errorf("%s: got %v, want ErrDigest", name, err)
				}
			}
			if len(keys.asked) != 0 {
				t.Errorf("keys were asked for: %v", keys.asked)
			}
			if _, err := verifier(t, keys).Verify(r, note); err != nil {
				t.Errorf("as sent: %v", err)
			}
		})
	}
	// The other digest, which nobody signed, must hold as well.
	r := signed(t, aminaRSA(), signature.Cavage)
	r.Header.Set("Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(make([]byte, 32))+":")
	refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrDigest)
	r = signed(t, aminaRSA(), signature.RFC9421)
	r.Header.Set("Digest", "SHA-256="+base64.StdEncoding.EncodeToString(make([]byte, 32)))
	refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrDigest)
}

func TestA03_DigestMissing(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]struct {
		do   func(*http.Request)
		want error
	}{
		"not covered": {func(r *http.Request) { byHand(t, r, aminaRSA(), "(request-target) host date", "") }, signature.ErrCoverage},
		"covered, not there": {func(r *http.Request) {
			byHand(t, r, aminaRSA(), "(request-target) host date digest", "")
			r.Header.Del("Digest")
			r.Header.Del("Content-Digest")
		}, signature.ErrMalformed},
		"no sha-256": {func(r *http.Request) {
			r.Header.Set("Digest", "SHA-512="+base64.StdEncoding.EncodeToString(make([]byte, 64)))
			byHand(t, r, aminaRSA(), "(request-target) host date digest", "")
		}, signature.ErrDigest},
		"md5": {func(r *http.Request) {
			r.Header.Set("Digest", "MD5=AAAAAAAAAAAAAAAAAAAAAA==")
			byHand(t, r, aminaRSA(), "(request-target) host date digest", "")
		}, signature.ErrDigest},
		"cut short": {func(r *http.Request) {
			r.Header.Set("Digest", "SHA-256=AAAA")
			byHand(t, r, aminaRSA(), "(request-target) host date digest", "")
		}, signature.ErrMalformed},
		"RFC 9421, not covered": {func(r *http.Request) {
			byHand9421(t, r, aminaRSA(), `("@method" "@target-uri")`, `;created=`+unix(noon)+`;keyid="`+aminaRSA().ID+`"`)
		}, signature.ErrCoverage},
		"RFC 9421, only a part covered": {func(r *http.Request) {
			byHand9421(t, r, aminaRSA(), `("@method" "@target-uri" "content-digest";key="sha-512")`, `;created=`+unix(noon)+`;keyid="`+aminaRSA().ID+`"`)
		}, signature.ErrCoverage},
		"RFC 9421, covered, not there": {func(r *http.Request) {
			byHand9421(t, r, aminaRSA(), `("@method" "@target-uri" "content-digest")`, `;created=`+unix(noon)+`;keyid="`+aminaRSA().ID+`"`)
			r.Header.Del("Content-Digest")
		}, signature.ErrMalformed},
		"RFC 9421, the old digest covered": {func(r *http.Request) {
			byHand9421(t, r, aminaRSA(), `("@method" "@target-uri" "digest")`, `;created=`+unix(noon)+`;keyid="`+aminaRSA().ID+`"`)
		}, signature.ErrCoverage},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := delivery(t)
			change.do(r)
			refused(t, ring(aminaRSA()), arrive(t, r), note, change.want)
		})
	}
}

func TestA04_TargetChanged(t *testing.T) {
	t.Parallel()
	for _, s := range schemes {
		wire := signed(t, s.key(), s.scheme)
		for name, change := range map[string]func(*http.Request){
			"another inbox":  func(r *http.Request) { r.URL.Path, r.RequestURI = "/u/2/inbox", "/u/2/inbox" },
			"a query added":  func(r *http.Request) { r.URL.RawQuery = "x=1" },
			"another method": func(r *http.Request) { r.Method = http.MethodPut },
			"another host":   func(r *http.Request) { r.Host = "localhost:8080" },
		} {
			t.Run(s.name+", "+name, func(t *testing.T) {
				t.Parallel()
				r := arrive(t, wire)
				change(r)
				refused(t, ring(s.key()), r, note, signature.ErrInvalid)
			})
		}
	}
	for _, s := range schemes {
		r := request(t, http.MethodGet, "https://lyon.example/u/1/outbox?page=1", nil)
		sign(t, r, s.key(), s.scheme, nil)
		got := arrive(t, r)
		got.URL.RawQuery = "page=2"
		refused(t, ring(s.key()), got, nil, signature.ErrInvalid)
	}
	r := delivery(t)
	r.URL.RawQuery = "a=1"
	byHand9421(t, r, aminaRSA(), `("@method" "@authority" "@path" "content-digest")`, `;created=`+unix(noon)+`;keyid="`+aminaRSA().ID+`"`)
	refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrCoverage)
}
