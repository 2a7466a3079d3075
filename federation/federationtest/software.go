package federationtest

import (
	"embed"
	"net/http"
)

// Software is a kind of server: what its documents look like and how it signs.
// The documents are in testdata, in the shapes that the software sends.
type Software struct {
	// Name and Version are what its NodeInfo says.
	Name, Version string

	key     string   // what follows an actor's id in the id of its key
	covered []string // by a signature under the draft, of a POST, in this order
	alg     string   // the algorithm such a signature names
	takes   []string // forms of signature that it verifies
	answer  int      // to what it takes
	private bool     // documents are for those who sign only
}

// The kinds of servers there are documents of. Mastodon verifies both forms of
// signatures, the others only the draft's.
var (
	Mastodon = Software{
		Name: "mastodon", Version: "4.7.0", key: "#main-key", alg: "rsa-sha256",
		covered: []string{"(request-target)", "host", "date", "digest", "content-type"},
		takes:   []string{Cavage, RFC9421}, answer: http.StatusAccepted,
	}
	Lemmy = Software{
		Name: "lemmy", Version: "1.0.0", key: "#main-key", alg: "hs2019",
		covered: []string{"(request-target)", "content-type", "date", "digest", "host"},
		takes:   []string{Cavage}, answer: http.StatusOK,
	}
	Mobilizon = Software{
		Name: "mobilizon", Version: "5.1.0", key: "#main-key", alg: "rsa-sha256",
		covered: []string{"(request-target)", "content-length", "date", "digest", "host"},
		takes:   []string{Cavage}, answer: http.StatusOK,
	}
	GoToSocial = Software{
		Name: "gotosocial", Version: "0.20.0", key: "/main-key", alg: "rsa-sha256",
		covered: []string{"(request-target)", "host", "date", "digest"},
		takes:   []string{Cavage}, answer: http.StatusAccepted, private: true,
	}
)

// Modern returns s as it will be once it has left the draft behind: it takes
// RFC 9421 and nothing else.
func (s Software) Modern() Software {
	s.takes = []string{RFC9421}
	return s
}

// shapes are the documents, testdata/SOFTWARE/NAME.json, each a template.
//
//go:embed testdata
var shapes embed.FS
