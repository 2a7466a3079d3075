package signature_test

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"palier/federation/signature"
)

func TestA11_Garbage(t *testing.T) {
	t.Parallel()
	key := aminaRSA().ID
	for name, header := range map[string]string{
		"empty":                  "",
		"a word":                 "hello",
		"commas":                 ",,,,",
		"equals":                 "====",
		"open quote":             `keyId="` + key,
		"escaped quote":          `keyId="` + key + `\"",headers="date",signature="AAAA"`,
		"no separator":           `keyId="` + key + `"headers="date"`,
		"trailing comma":         `keyId="` + key + `",headers="date",signature="AAAA",`,
		"signature not base64":   `keyId="` + key + `",headers="date",signature="%%%"`,
		"no key id":              `headers="(request-target) host date digest",signature="AAAA"`,
		"100 KiB":                `keyId="` + key + `",signature="` + strings.Repeat("A", 100<<10) + `"`,
		"100 KiB of commas":      strings.Repeat(`a="",`, 20<<10),
		"a key id of 5 KiB":      `keyId="https://paris.example/` + strings.Repeat("a", 5<<10) + `",headers="date",signature="AAAA"`,
		"hundreds of names":      `keyId="` + key + `",headers="` + strings.Repeat("x ", 300) + `",signature="AAAA"`,
		"structured field alone": `sig1=:AAAA:`,
		"not text":               "keyId=\"\xff\xfe\"",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := arrive(t, delivery(t))
			r.Header.Set("Signature", header)
			keys := ring(aminaRSA())
			refused(t, keys, r, note, signature.ErrMalformed)
			if len(keys.asked) != 0 {
				t.Errorf("a key was asked for: %v", keys.asked)
			}
		})
	}
	params := `;created=` + unix(noon) + `;keyid="` + key + `"`
	for name, input := range map[string]string{
		"empty":                     "",
		"a word":                    "hello",
		"a boolean":                 "sig1",
		"an item":                   `sig1="@method"` + params,
		"numbers for components":    "sig1=(1 2 3)" + params,
		"tokens for components":     "sig1=(method target)" + params,
		"bytes for components":      "sig1=(:AAAA:)" + params,
		"open list":                 `sig1=("@method" "@target-uri`,
		"a display string":          `sig1=%"sig`,
		"upper case":                `sig1=("@METHOD" "@target-uri" "content-digest")` + params,
		"created as text":           `sig1=("@method");created="now";keyid="` + key + `"`,
		"expires as text":           `sig1=("@method");created=1;expires="now";keyid="` + key + `"`,
		"keyid as a token":          `sig1=("@method");created=1;keyid=key`,
		"alg as a number":           `sig1=("@method");created=1;alg=1;keyid="` + key + `"`,
		"no keyid":                  `sig1=("@method" "@target-uri" "content-digest");created=` + unix(noon),
		"hundreds of components":    "sig1=(" + strings.Repeat(`"x" `, 300) + ")" + params,
		"100 KiB":                   `sig1=("` + strings.Repeat("a", 100<<10) + `")` + params,
		"another label":             `sig2=("@method" "@target-uri" "content-digest")` + params,
		"a label that looks better": `sig1=("@method" "@target-uri" "content-digest")` + params + `, sig1`,
	} {
		t.Run("RFC 9421, "+name, func(t *testing.T) {
			t.Parallel()
			r := arrive(t, signed(t, aminaRSA(), signature.RFC9421))
			r.Header.Set("Signature-Input", input)
			keys := ring(aminaRSA())
			refused(t, keys, r, note, signature.ErrMalformed)
			if len(keys.asked) != 0 {
				t.Errorf("a key was asked for: %v", keys.asked)
			}
		})
	}
	for name, sig := range map[string]string{"a string": `sig1="AAAA"`, "a list": `sig1=(:AAAA:)`, "empty bytes": "sig1=::", "a number": "sig1=1", "cavage": `keyId="x",signature="AAAA"`} {
		r := arrive(t, signed(t, aminaRSA(), signature.RFC9421))
		r.Header.Set("Signature", sig)
		if _, err := verifier(t, ring(aminaRSA())).Verify(r, note); !errors.Is(err, signature.ErrMalformed) {
			t.Errorf("Signature as %s: got %v, want ErrMalformed", name, err)
		}
	}
}

func TestA12_HonestTrafficInEveryForm(t *testing.T) {
	t.Parallel()
	hs2019 := `algorithm="hs2019",`
	for name, c := range map[string]struct {
		key            *signature.PrivateKey
		covered, extra string
		change         func(*http.Request)
	}{
		"another order":          {aminaRSA(), "digest date host (request-target)", "", nil},
		"more covered":           {aminaRSA(), "(request-target) host date digest content-type content-length user-agent", hs2019, nil},
		"no algorithm":           {aminaRSA(), "(request-target) host date digest", "", nil},
		"hs2019":                 {aminaRSA(), "(request-target) host date digest", hs2019, nil},
		"hs2019 with Ed25519":    {aminaEd(), "(request-target) host date digest", hs2019, nil},
		"upper case names":       {aminaRSA(), "(request-target) host date digest", `algorithm="RSA-SHA256",`, nil},
		"created, rsa-sha256":    {aminaRSA(), "(request-target) host (created) digest", `algorithm="rsa-sha256",created=` + unix(noon) + `,`, nil},
		"created in quotes":      {aminaRSA(), "(request-target) host date digest", `created="` + unix(noon) + `",`, nil},
		"content-digest instead": {aminaRSA(), "(request-target) host date content-digest", "", nil},
		"unknown parameters":     {aminaRSA(), "(request-target) host date digest", `version="2",`, nil},
		"spaces after the commas": {aminaRSA(), "(request-target) host date digest", hs2019, func(r *http.Request) {
			r.Header.Set("Signature", strings.ReplaceAll(r.Header.Get("Signature"), `",`, `" , `))
		}},
		"parameters in another order": {aminaRSA(), "(request-target) host date digest", "", func(r *http.Request) {
			parts := strings.Split(r.Header.Get("Signature"), `",`)
			r.Header.Set("Signature", `signature="`+strings.Split(parts[2], `signature="`)[1]+`,`+parts[1]+`",`+parts[0]+`"`)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := delivery(t)
			r.Header.Set("Content-Type", `application/ld+json; charset=utf-8; profile="https://www.w3.org/ns/activitystreams"`)
			r.Header.Set("User-Agent", "Other/1.0")
			r.Header.Set("Content-Length", strconv.Itoa(len(note)))
			byHand(t, r, c.key, c.covered, c.extra)
			if c.change != nil {
				c.change(r)
			}
			got, err := verifier(t, ring(c.key)).Verify(arrive(t, r), note)
			if err != nil || got.Owner != c.key.Owner {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	for name, digest := range map[string]func(string) string{
		"lower-case name":     func(b64 string) string { return "sha-256=" + b64 },
		"mixed-case name":     func(b64 string) string { return "Sha-256=" + b64 },
		"with another digest": func(b64 string) string { return "unixsum=30637, SHA-256=" + b64 },
	} {
		t.Run("digest, "+name, func(t *testing.T) {
			t.Parallel()
			r := delivery(t)
			r.Header.Set("Digest", digest(strings.TrimPrefix(r.Header.Get("Digest"), "SHA-256=")))
			byHand(t, r, aminaRSA(), "(request-target) host date digest", "")
			if _, err := verifier(t, ring(aminaRSA())).Verify(arrive(t, r), note); err != nil {
				t.Error(err)
			}
		})
	}
	for name, list := range map[string]string{
		"another order":      `("content-digest" "@target-uri" "@method")`,
		"authority and path": `("@method" "@authority" "@path" "content-digest")`,
		"more covered":       `("@method" "@target-uri" "content-digest" "content-type" "date")`,
	} {
		t.Run("RFC 9421, "+name, func(t *testing.T) {
			t.Parallel()
			r := delivery(t)
			byHand9421(t, r, aminaEd(), list, `;keyid="`+aminaEd().ID+`";nonce="abc";tag="fediverse";created=`+unix(noon)+`;alg="ed25519"`)
			if _, err := verifier(t, ring(aminaEd())).Verify(arrive(t, r), note); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestA12_HeaderOfSeveralLines(t *testing.T) {
	t.Parallel()
	for _, s := range []signature.Scheme{signature.Cavage, signature.RFC9421} {
		r := delivery(t)
		r.Header["X-Note"] = []string{"one, two"} // joined, as both schemes say
		if s == signature.Cavage {
			byHand(t, r, aminaRSA(), "(request-target) host date digest x-note", "")
		} else {
			byHand9421(t, r, aminaRSA(), `("@method" "@target-uri" "content-digest" "x-note")`, `;created=`+unix(noon)+`;keyid="`+aminaRSA().ID+`"`)
		}
		r.Header["X-Note"] = []string{"one", "two"}
		if _, err := verifier(t, ring(aminaRSA())).Verify(arrive(t, r), note); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestA12_QueryLeftOutOfAFetch(t *testing.T) {
	t.Parallel()
	r := request(t, http.MethodGet, "https://lyon.example/u/1/outbox", nil)
	r.Header.Set("Date", noon.Format(http.TimeFormat))
	byHand(t, r, aminaRSA(), "(request-target) host date", "")
	r.URL.RawQuery = "page=2"
	if _, err := verifier(t, ring(aminaRSA())).Verify(arrive(t, r), nil); err != nil {
		t.Errorf("a page of a collection: %v", err)
	}
	r = delivery(t)
	byHand(t, r, aminaRSA(), "(request-target) host date digest", "")
	r.URL.RawQuery = "page=2"
	refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrInvalid)
}

func TestA12_KeyIDWithoutFragment(t *testing.T) {
	t.Parallel()
	k, err := signature.NewPrivateKey("https://paris.example/users/amina/main-key", "https://paris.example/users/amina", aminaRSA().Key)
	if err != nil {
		t.Fatal(err)
	}
	got, err := verifier(t, ring(k)).Verify(arrive(t, signed(t, k, signature.Cavage)), note)
	if err != nil || got.Owner != k.Owner || got.KeyID != k.ID {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestRecorded verifies requests that OpenSSL signed: testdata/NAME.http with the
// key in testdata/NAME.pem, all made for noon.
func TestRecorded(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.http")
	if err != nil || len(files) < 4 {
		t.Fatalf("found %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			wire, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(strings.TrimSuffix(file, ".http") + ".pem")
			if err != nil {
				t.Fatal(err)
			}
			id := "https://paris.example/u/amina#main-key"
			k, err := signature.ParsePublicPEM(id, "https://paris.example/u/amina", string(text))
			if err != nil {
				t.Fatal(err)
			}
			keys := ring()
			keys.keys[id] = k
			head, body, _ := bytes.Cut(wire, []byte("\n\n"))
			r := parse(t, strings.ReplaceAll(string(head), "\n", "\r\n")+"\r\n\r\n"+string(body))
			got, err := verifier(t, keys).Verify(r, body)
			if err != nil || got.Owner != "https://paris.example/u/amina" || !got.Signed.Equal(noon) {
				t.Errorf("got %+v, %v", got, err)
			}
			if len(body) > 0 {
				if _, err := verifier(t, keys).Verify(r, append(bytes.Clone(body), ' ')); !errors.Is(err, signature.ErrDigest) {
					t.Errorf("with another body: got %v, want ErrDigest", err)
				}
			}
		})
	}
}

func FuzzSignatureHeader(f *testing.F) {
	for _, s := range []string{
		`keyId="https://paris.example/u/amina#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="AAAA"`,
		`keyId="https://a.example/k", created=1, expires="2", headers="(created)" , signature="AA=="`, `a="`, `,`, `sig1=:AAAA:`,
	} {
		f.Add(s, "GET /u/1?x=1")
	}
	v := verifier(f, ring(aminaRSA()))
	f.Fuzz(func(t *testing.T, header, target string) {
		r := hostile(target)
		r.Header.Set("Signature", header)
		if got, err := v.Verify(r, note); err == nil {
			t.Fatalf("%q verified as %+v", header, got)
		}
	})
}

func FuzzSignatureInput(f *testing.F) {
	for _, s := range []string{
		`sig1=("@method" "@target-uri" "content-digest");created=1795348800;keyid="https://paris.example/u/amina#main-key"`,
		`sig1=("@query-param";name="a" "x";sf "y";bs "z";key="q" "@status";req);created=1795348800;keyid="https://paris.example/u/amina#main-key"`,
		`sig1=(1 :AA: ?1 a);created=1`, `a=(),b`, `sig1=("@method" "@target-uri");created=1795348800;keyid="https://paris.example/u/amina#main-key";expires=1795348900`,
	} {
		f.Add(s, `sig1=:AAAA:`, "sha-256=:AAAA:")
	}
	v := verifier(f, ring(aminaRSA(), aminaEd()))
	f.Fuzz(func(t *testing.T, input, sig, digest string) {
		r := hostile("GET /u/1?a=1")
		r.Header["Signature-Input"], r.Header["Signature"], r.Header["Content-Digest"] = []string{input}, []string{sig}, []string{digest}
		r.Header["X"], r.Header["Y"] = []string{"a, b;c"}, []string{"1", "2"}
		if got, err := v.Verify(r, nil); err == nil {
			t.Fatalf("%q verified as %+v", input, got)
		}
		r.Header.Del("Content-Digest") // so that the library gets to see more of them
		if got, err := v.Verify(r, nil); err == nil {
			t.Fatalf("%q verified as %+v", input, got)
		}
	})
}

// hostile is a request for one of our hosts with a target of anybody's choice.
func hostile(target string) *http.Request {
	method, url, _ := strings.Cut(target, " ")
	r, err := http.NewRequest(method, "https://lyon.example/"+strings.TrimPrefix(url, "/"), nil)
	if err != nil || r.Host != "lyon.example" {
		r, _ = http.NewRequest(http.MethodGet, "https://lyon.example/", nil)
	}
	r.Header.Set("Date", noon.Format(http.TimeFormat))
	return r
}

func BenchmarkSign(b *testing.B) {
	d := signature.DigestOf(note)
	for _, s := range schemes {
		b.Run(s.name, func(b *testing.B) {
			r := request(b, http.MethodPost, inbox, note)
			key := s.key()
			b.ReportAllocs()
			for b.Loop() {
				if err := signature.Sign(r, key, s.scheme, d, noon); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("bare RSA", func(b *testing.B) {
		for b.Loop() {
			raw(b, aminaRSA(), "x")
		}
	})
	b.Run("bare Ed25519", func(b *testing.B) {
		for b.Loop() {
			raw(b, aminaEd(), "x")
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	for _, s := range schemes {
		b.Run(s.name, func(b *testing.B) {
			v, err := signature.NewVerifier(still{s.key().Public()}, signature.Policy{Origins: []string{"https://lyon.example"}, Now: func() time.Time { return noon }})
			if err != nil {
				b.Fatal(err)
			}
			r := arrive(b, signed(b, s.key(), s.scheme))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(r, note); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
