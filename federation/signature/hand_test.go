package signature_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
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
