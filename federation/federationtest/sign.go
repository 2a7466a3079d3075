package federationtest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// sign adds a signature by hand: each software has its own habits.
func (a *Actor) sign(q *http.Request, scheme string, body []byte) error {
	switch scheme {
	case "":
		return nil
	case Cavage:
		return a.signCavage(q, body)
	case RFC9421:
		return a.signRFC9421(q, body)
	}
	return fmt.Errorf("no form of signature is called %q", scheme)
}

func (a *Actor) signCavage(q *http.Request, body []byte) error {
	q.Header.Set("Date", a.server.now().UTC().Format(http.TimeFormat))
	covered := []string{"(request-target)", "host", "date"}
	if body != nil {
		covered = a.server.Software.covered
		sum := sha256.Sum256(body)
		q.Header.Set("Digest", "SHA-256="+base64.StdEncoding.EncodeToString(sum[:]))
	}
	var lines []string
	for _, name := range covered {
		value := q.Header.Get(name)
		switch name {
		case "(request-target)":
			value = strings.ToLower(q.Method) + " " + q.URL.RequestURI()
		case "host":
			value = q.URL.Host
		case "content-length":
			value = strconv.Itoa(len(body))
		}
		lines = append(lines, name+": "+value)
	}
	signature, err := a.signed(strings.Join(lines, "\n"))
	q.Header.Set("Signature", `keyId="`+a.KeyID()+`",algorithm="`+a.server.Software.alg+`",headers="`+
		strings.Join(covered, " ")+`",signature="`+signature+`"`)
	return err
}

func (a *Actor) signRFC9421(q *http.Request, body []byte) error {
	base := `"@method": ` + q.Method + "\n" + `"@target-uri": ` + target(q.URL) + "\n"
	covered := `"@method" "@target-uri"`
	if body != nil {
		sum := sha256.Sum256(body)
		q.Header.Set("Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":")
		base += `"content-digest": ` + q.Header.Get("Content-Digest") + "\n"
		covered += ` "content-digest"`
	}
	params := "(" + covered + ");created=" + strconv.FormatInt(a.server.now().Unix(), 10) + `;keyid="` + a.KeyID() + `"`
	signature, err := a.signed(base + `"@signature-params": ` + params)
	q.Header.Set("Signature-Input", "sig1="+params)
	q.Header.Set("Signature", "sig1=:"+signature+":")
	return err
}

func target(u *url.URL) string { return u.Scheme + "://" + u.Host + u.RequestURI() }

func (a *Actor) signed(base string) (string, error) {
	sum := sha256.Sum256([]byte(base))
	b, err := rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA256, sum[:])
	return base64.StdEncoding.EncodeToString(b), err
}
