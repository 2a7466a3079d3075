package signature_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"palier/federation/signature"
)

// byHand signs a request under cavage with exactly these covered names and
// parameters, as nobody honest would. extra stands before the signature.
func byHand(t testing.TB, r *http.Request, key *signature.PrivateKey, covered string, extra string) {
	t.Helper()
	var base []string
	for name := range strings.FieldsSeq(covered) {
		v := strings.Join(r.Header.Values(name), ", ")
		switch name {
		case "(request-target)":
			v = strings.ToLower(r.Method) + " " + r.URL.RequestURI()
		case "host":
			v = r.URL.Host
		case "(created)", "(expires)":
			_, v, _ = strings.Cut(extra, strings.Trim(name, "()")+"=")
			v, _, _ = strings.Cut(v, ",")
		}
		base = append(base, name+": "+v)
	}
	sig := raw(t, key, strings.Join(base, "\n"))
	r.Header.Set("Signature", `keyId="`+key.ID+`",`+extra+`headers="`+covered+`",signature="`+sig+`"`)
}

// raw signs text with a key and returns it in base64.
func raw(t testing.TB, key *signature.PrivateKey, text string) string {
	t.Helper()
	var sig []byte
	var err error
	if key.Kind == signature.RSA {
		sum := sha256.Sum256([]byte(text))
		sig, err = rsa.SignPKCS1v15(nil, key.Key.(*rsa.PrivateKey), 5, sum[:])
	} else {
		sig, err = key.Key.Sign(rand.Reader, []byte(text), noHash{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(sig)
}

// delivery is a POST with date and digest, not signed yet.
func delivery(t testing.TB) *http.Request {
	t.Helper()
	r := request(t, http.MethodPost, inbox, note)
	r.Header.Set("Date", noon.Format(http.TimeFormat))
	sum := sha256.Sum256(note)
	r.Header.Set("Digest", "SHA-256="+base64.StdEncoding.EncodeToString(sum[:]))
	r.Header.Set("Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":")
	return r
}

// byHand9421 signs under RFC 9421 with exactly this Signature-Input.
func byHand9421(t testing.TB, r *http.Request, key *signature.PrivateKey, list, params string) {
	t.Helper()
	var base []string
	for name := range strings.FieldsSeq(strings.Trim(list, "()")) {
		v := r.Header.Get(strings.Trim(name, `"`))
		switch name {
		case `"@method"`:
			v = r.Method
		case `"@target-uri"`:
			v = r.URL.String()
		case `"@authority"`:
			v = r.URL.Host
		case `"@path"`:
			v = r.URL.Path
		}
		base = append(base, name+": "+v)
	}
	base = append(base, `"@signature-params": `+list+params)
	r.Header.Set("Signature-Input", "sig1="+list+params)
	r.Header.Set("Signature", "sig1=:"+raw(t, key, strings.Join(base, "\n"))+":")
}

func refused(t *testing.T, keys *keyring, r *http.Request, body []byte, want error) {
	t.Helper()
	got, err := verifier(t, keys).Verify(r, body)
	if !errors.Is(err, want) {
		t.Errorf("got %+v, %v; want %v", got, err, want)
	}
}

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

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

func TestA04_TooLittleCovered(t *testing.T) {
	t.Parallel()
	created := "created=" + unix(noon) + ","
	for name, c := range map[string]struct{ covered, extra string }{
		"no request-target": {"host date digest", ""},
		"no host":           {"(request-target) date digest", ""},
		"no time":           {"(request-target) host digest", ""},
		"only created":      {"(created)", created},
		"only date":         {"date", ""},
		"nothing":           {"", ""},
		"unknown names":     {"x-a x-b", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := delivery(t)
			byHand(t, r, aminaRSA(), c.covered, c.extra)
			refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrCoverage)
		})
	}
	t.Run("headers missing", func(t *testing.T) {
		t.Parallel()
		r := delivery(t)
		r.Header.Set("Signature", `keyId="`+aminaRSA().ID+`",signature="`+raw(t, aminaRSA(), "date: "+r.Header.Get("Date"))+`"`)
		refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrCoverage)
	})
	params := `;created=` + unix(noon) + `;keyid="` + aminaRSA().ID + `"`
	for name, c := range map[string]struct{ list, params string }{
		"RFC 9421, empty list":           {`()`, params},
		"RFC 9421, no method":            {`("@target-uri" "content-digest")`, params},
		"RFC 9421, no target":            {`("@method" "content-digest")`, params},
		"RFC 9421, no authority":         {`("@method" "@path" "content-digest")`, params},
		"RFC 9421, no path":              {`("@method" "@authority" "content-digest")`, params},
		"RFC 9421, no created":           {`("@method" "@target-uri" "content-digest")`, `;keyid="` + aminaRSA().ID + `"`},
		"RFC 9421, target of a response": {`("@method" "@target-uri";req "content-digest")`, params},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := delivery(t)
			byHand9421(t, r, aminaRSA(), c.list, c.params)
			refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrCoverage)
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

func TestA05_Times(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		at   time.Duration
		want error
	}{
		"now":               {0, nil},
		"an hour ago":       {-time.Hour, nil},
		"more than an hour": {-time.Hour - time.Second, signature.ErrTime},
		"yesterday":         {-24 * time.Hour, signature.ErrTime},
		"a clock ahead":     {5 * time.Minute, nil},
		"a clock far ahead": {5*time.Minute + time.Second, signature.ErrTime},
		"next year":         {365 * 24 * time.Hour, signature.ErrTime},
		"thirty days ago":   {-30 * 24 * time.Hour, signature.ErrTime},
	} {
		for _, s := range schemes {
			t.Run(s.name+", "+name, func(t *testing.T) {
				t.Parallel()
				r := request(t, http.MethodPost, inbox, note)
				if err := signature.Sign(r, s.key(), s.scheme, signature.DigestOf(note), noon.Add(c.at)); err != nil {
					t.Fatal(err)
				}
				_, err := verifier(t, ring(s.key())).Verify(arrive(t, r), note)
				if !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
			})
		}
	}
}

func TestA05_CreatedAndExpires(t *testing.T) {
	t.Parallel()
	in := func(d time.Duration) string { return unix(noon.Add(d)) }
	for name, c := range map[string]struct {
		created, expires string
		want             error
	}{
		"good":                             {in(0), in(time.Minute), nil},
		"expired":                          {in(-time.Minute), in(-time.Second), signature.ErrTime},
		"expires now":                      {in(-time.Minute), in(0), signature.ErrTime},
		"expires next year":                {in(0), in(365 * 24 * time.Hour), signature.ErrTime},
		"old, still valid by its own word": {in(-2 * time.Hour), in(time.Hour), signature.ErrTime},
		"created ahead":                    {in(time.Hour), in(2 * time.Hour), signature.ErrTime},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := delivery(t)
			byHand(t, r, aminaRSA(), "(request-target) host (created) (expires) digest", "algorithm=\"hs2019\",created="+c.created+",expires="+c.expires+",")
			_, err := verifier(t, ring(aminaRSA())).Verify(arrive(t, r), note)
			if !errors.Is(err, c.want) {
				t.Errorf("cavage: got %v, want %v", err, c.want)
			}
			r = delivery(t)
			byHand9421(t, r, aminaEd(), `("@method" "@target-uri" "content-digest")`, ";created="+c.created+";expires="+c.expires+`;keyid="`+aminaEd().ID+`"`)
			_, err = verifier(t, ring(aminaEd())).Verify(arrive(t, r), note)
			if !errors.Is(err, c.want) {
				t.Errorf("RFC 9421: got %v, want %v", err, c.want)
			}
		})
	}
	t.Run("expires counts though it is not covered", func(t *testing.T) {
		t.Parallel()
		r := delivery(t)
		byHand(t, r, aminaRSA(), "(request-target) host date digest", "expires="+in(-time.Second)+",")
		refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrTime)
	})
	t.Run("an old date beside a new created", func(t *testing.T) {
		t.Parallel()
		r := delivery(t)
		r.Header.Set("Date", noon.Add(-3*time.Hour).Format(http.TimeFormat))
		byHand(t, r, aminaRSA(), "(request-target) host date (created) digest", "created="+in(0)+",")
		refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrTime)
	})
	for name, created := range map[string]string{"words": "soon", "negative": "-1", "fraction": "1.5", "huge": "99999999999999999999"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := delivery(t)
			byHand(t, r, aminaRSA(), "(request-target) host (created) digest", "created="+created+",")
			refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrMalformed)
		})
	}
}

func TestA05_WindowIsBounded(t *testing.T) {
	t.Parallel()
	for _, p := range []signature.Policy{
		{Origins: []string{"https://lyon.example"}, Past: 13 * time.Hour, Now: atNoon},
		{Origins: []string{"https://lyon.example"}, Future: 13 * time.Hour, Now: atNoon},
		{Origins: []string{"https://lyon.example"}, Past: -time.Hour, Now: atNoon},
		{Origins: []string{"lyon.example"}, Now: atNoon},
		{Now: atNoon},
		{Origins: []string{"https://lyon.example"}},
	} {
		if _, err := signature.NewVerifier(ring(), p); err == nil {
			t.Errorf("policy %+v was accepted", p)
		}
	}
	wide, err := signature.NewVerifier(ring(aminaRSA()), signature.Policy{Origins: []string{"https://lyon.example"}, Past: 12 * time.Hour, Now: atNoon})
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, http.MethodPost, inbox, note)
	if err := signature.Sign(r, aminaRSA(), signature.Cavage, signature.DigestOf(note), noon.Add(-11*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := wide.Verify(arrive(t, r), note); err != nil {
		t.Errorf("eleven hours old, twelve allowed: %v", err)
	}
}

func TestA06_AnotherHost(t *testing.T) {
	t.Parallel()
	for _, s := range schemes {
		for _, url := range []string{"https://other.example/u/1/inbox", "https://lyon.example:8443/inbox", "https://lyon.example.evil.example/inbox", "https://xlyon.example/inbox", "http://localhost:8081/inbox"} {
			r := request(t, http.MethodPost, url, note)
			sign(t, r, s.key(), s.scheme, note)
			keys := ring(s.key())
			refused(t, keys, arrive(t, r), note, signature.ErrHost)
			if len(keys.asked) != 0 {
				t.Errorf("a key was asked for a request to %s", url)
			}
			forwarded := arrive(t, r)
			forwarded.Host = "lyon.example"
			refused(t, ring(s.key()), forwarded, note, signature.ErrInvalid)
		}
	}
	for _, host := range []string{"LYON.example", "lyon.example:443"} {
		r := delivery(t)
		r.URL.Host, r.Host = host, host
		byHand(t, r, aminaRSA(), "(request-target) host date digest", "")
		if _, err := verifier(t, ring(aminaRSA())).Verify(arrive(t, r), note); err != nil {
			t.Errorf("our host as %s: %v", host, err)
		}
	}
}

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
