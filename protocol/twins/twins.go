// Package twins finds out whether two associations list one and the same home,
// without either telling the other where its homes are.
//
// A hash of an address tells it to anybody who has a list of addresses, and there
// are such lists. So each association has a key, and shows its partners a [Tag] of
// each of its homes that only that key makes: it says nothing to who has not the
// key. Who wants to know whether one of their homes is among them asks for its tag
// in a way that hides the address from who answers (a verifiable oblivious
// pseudorandom function, RFC 9497), and compares. That somebody tries one address
// after another is left: how many questions a partner may ask in a day is bounded
// by who answers.
package twins

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cloudflare/circl/oprf"
	"github.com/cloudflare/circl/zk/dleq"
)

// ErrMalformed says that bytes are not what this package writes, or that an
// answer was not made with the key it should have been.
var ErrMalformed = errors.New("not a question about twins, or not its answer")

var suite = oprf.SuiteRistretto255

// tagSize is how many bytes of the function's output a tag has: enough that two
// homes have one by chance never.
const tagSize = 16

// Tag stands for one home under one key.
type Tag [tagSize]byte

func (t Tag) String() string { return base64.RawURLEncoding.EncodeToString(t[:]) }

// ParseTag reads what [Tag.String] writes.
func ParseTag(s string) (t Tag, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != len(t) {
		return t, fmt.Errorf("tag: %w", ErrMalformed)
	}
	return Tag(b), nil
}

// Among tells whether a tag is one of a list, in a time that does not depend on
// where it stands.
func (t Tag) Among(list []Tag) bool {
	found := 0
	for _, other := range list {
		found |= subtle.ConstantTimeCompare(t[:], other[:])
	}
	return found == 1
}

// Key makes the tags of one association.
type Key struct{ private *oprf.PrivateKey }

// NewKey returns a key that nobody has.
func NewKey() (Key, error) {
	private, err := oprf.GenerateKey(suite, rand.Reader)
	if err != nil {
		return Key{}, fmt.Errorf("make a key for twins: %w", err)
	}
	return Key{private}, nil
}

// ParseKey reads what [Key.Bytes] returned.
func ParseKey(b []byte) (Key, error) {
	private := new(oprf.PrivateKey)
	if err := private.UnmarshalBinary(suite, b); err != nil {
		return Key{}, fmt.Errorf("key for twins: %w", ErrMalformed)
	}
	return Key{private}, nil
}

// Bytes is the key as it is kept.
func (k Key) Bytes() ([]byte, error) { return k.private.MarshalBinary() }

// Public is what partners check answers with.
func (k Key) Public() (string, error) {
	b, err := k.private.Public().MarshalBinary()
	return base64.RawURLEncoding.EncodeToString(b), err
}

// Tag makes the tag of a home.
func (k Key) Tag(where Place) (Tag, error) {
	out, err := oprf.NewVerifiableServer(suite, k.private).FullEvaluate(where.bytes())
	if err != nil {
		return Tag{}, fmt.Errorf("tag of a home: %w", err)
	}
	return Tag(out[:tagSize]), nil
}

// Question asks for the tag of a home under another's key.
type Question struct {
	public *oprf.PublicKey
	kept   *oprf.FinalizeData
	body   []byte
}

type questionJSON struct {
	Blinded string `json:"blinded"`
}

type answerJSON struct {
	Evaluated string `json:"evaluated"`
	Proof     string `json:"proof"`
}

// Ask makes a question about a home to who shows a public key. Two questions about
// one home have nothing in common. It returns [ErrMalformed] for what is no key.
func Ask(public string, where Place) (Question, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(public)
	key := new(oprf.PublicKey)
	if err == nil {
		err = key.UnmarshalBinary(suite, b)
	}
	if err != nil {
		return Question{}, fmt.Errorf("public key for twins: %w", ErrMalformed)
	}
	kept, request, err := oprf.NewVerifiableClient(suite, key).Blind([][]byte{where.bytes()})
	if err != nil {
		return Question{}, fmt.Errorf("ask about a home: %w", err)
	}
	blinded, err := request.Elements[0].MarshalBinaryCompress()
	if err != nil {
		return Question{}, fmt.Errorf("ask about a home: %w", err)
	}
	body, err := json.Marshal(questionJSON{base64.RawURLEncoding.EncodeToString(blinded)})
	return Question{key, kept, body}, err
}

// Body is the question as it travels.
func (q Question) Body() []byte { return q.body }

// mostBytes is more than a question or an answer has.
const mostBytes = 1 << 10

// Answer answers a question without learning what it is about. It returns
// [ErrMalformed] for what is none.
func (k Key) Answer(question []byte) ([]byte, error) {
	var j questionJSON
	if len(question) > mostBytes || json.Unmarshal(question, &j) != nil {
		return nil, fmt.Errorf("question: %w", ErrMalformed)
	}
	element, err := readElement(j.Blinded)
	if err != nil {
		return nil, fmt.Errorf("question: %w", err)
	}
	e, err := oprf.NewVerifiableServer(suite, k.private).Evaluate(&oprf.EvaluationRequest{Elements: []oprf.Blinded{element}})
	if err != nil {
		return nil, fmt.Errorf("answer a question about a home: %w", err)
	}
	evaluated, err := e.Elements[0].MarshalBinaryCompress()
	if err != nil {
		return nil, fmt.Errorf("answer a question about a home: %w", err)
	}
	proof, err := e.Proof.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("answer a question about a home: %w", err)
	}
	return json.Marshal(answerJSON{base64.RawURLEncoding.EncodeToString(evaluated), base64.RawURLEncoding.EncodeToString(proof)})
}

// Tag reads the answer to a question. It returns [ErrMalformed] for one that was
// not made with the key that was asked.
func (q Question) Tag(answer []byte) (Tag, error) {
	var j answerJSON
	if len(answer) > mostBytes || json.Unmarshal(answer, &j) != nil {
		return Tag{}, fmt.Errorf("answer: %w", ErrMalformed)
	}
	element, err := readElement(j.Evaluated)
	if err != nil {
		return Tag{}, fmt.Errorf("answer: %w", err)
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(j.Proof)
	if err != nil {
		return Tag{}, fmt.Errorf("answer: %w", ErrMalformed)
	}
	proof := new(dleq.Proof)
	if err := proof.UnmarshalBinary(suite.Group(), raw); err != nil {
		return Tag{}, fmt.Errorf("answer: %w", ErrMalformed)
	}
	out, err := oprf.NewVerifiableClient(suite, q.public).Finalize(q.kept, &oprf.Evaluation{Elements: []oprf.Evaluated{element}, Proof: proof})
	if err != nil {
		return Tag{}, fmt.Errorf("answer: %w: %w", ErrMalformed, err)
	}
	return Tag(out[0][:tagSize]), nil
}

func readElement(s string) (oprf.Blinded, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, ErrMalformed
	}
	element := suite.Group().NewElement()
	if err := element.UnmarshalBinary(b); err != nil || element.IsIdentity() {
		return nil, ErrMalformed
	}
	return element, nil
}
