// Package outreachtest stands for what is at the other end of push messages: a
// program that can read them, and the push service that brings them.
package outreachtest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// Program is a program with a push subscription.
type Program struct {
	Key  *ecdh.PrivateKey
	Auth []byte
}

// NewProgram returns a program with keys of its own.
func NewProgram(t testing.TB) Program {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	auth := make([]byte, 16)
	if _, err := rand.Read(auth); err != nil {
		t.Fatal(err)
	}
	return Program{Key: key, Auth: auth}
}

// P256DH is the public key it tells when it subscribes.
func (p Program) P256DH() string {
	return base64.RawURLEncoding.EncodeToString(p.Key.PublicKey().Bytes())
}

// Secret is the secret it tells when it subscribes.
func (p Program) Secret() string { return base64.RawURLEncoding.EncodeToString(p.Auth) }

// Open reads a message in either encoding.
func (p Program) Open(h http.Header, body []byte) ([]byte, error) {
	switch h.Get("Content-Encoding") {
	case "aes128gcm":
		return p.open(body)
	case "aesgcm":
		return p.openOld(h, body)
	}
	return nil, fmt.Errorf("content-encoding %q", h.Get("Content-Encoding"))
}

// open reads a message as RFC 8291 and RFC 8188 say.
func (p Program) open(body []byte) ([]byte, error) {
	if len(body) < 21 || int(body[20]) != 65 || len(body) < 86 {
		return nil, errors.New("no header")
	}
	salt, from, text := body[:16], body[21:86], body[86:]
	if size := binary.BigEndian.Uint32(body[16:20]); int(size) < len(text) {
		return nil, fmt.Errorf("record of %d bytes, of at most %d", len(text), size)
	}
	secret, err := p.secret(from, "WebPush: info\x00"+string(p.Key.PublicKey().Bytes())+string(from))
	if err != nil {
		return nil, err
	}
	plain, err := decrypt(secret, salt, "Content-Encoding: aes128gcm\x00", "Content-Encoding: nonce\x00", text)
	if err != nil {
		return nil, err
	}
	plain = []byte(strings.TrimRight(string(plain), "\x00"))
	if len(plain) == 0 || plain[len(plain)-1] != 2 {
		return nil, errors.New("the last record has no end")
	}
	return plain[:len(plain)-1], nil
}

// openOld reads a message as draft-ietf-webpush-encryption-04 says.
func (p Program) openOld(h http.Header, body []byte) ([]byte, error) {
	salt, err := parameter(h.Get("Encryption"), "salt")
	if err != nil {
		return nil, err
	}
	from, err := parameter(h.Get("Crypto-Key"), "dh")
	if err != nil {
		return nil, err
	}
	secret, err := p.secret(from, "Content-Encoding: auth\x00")
	if err != nil {
		return nil, err
	}
	both := "P-256\x00\x00\x41" + string(p.Key.PublicKey().Bytes()) + "\x00\x41" + string(from)
	plain, err := decrypt(secret, salt, "Content-Encoding: aesgcm\x00"+both, "Content-Encoding: nonce\x00"+both, body)
	if err != nil {
		return nil, err
	}
	if len(plain) < 2 || len(plain) < 2+int(binary.BigEndian.Uint16(plain)) {
		return nil, errors.New("no padding")
	}
	return plain[2+int(binary.BigEndian.Uint16(plain)):], nil
}

func parameter(header, name string) ([]byte, error) {
	for part := range strings.FieldsFuncSeq(header, func(r rune) bool { return r == ';' || r == ',' }) {
		if key, value, ok := strings.Cut(strings.TrimSpace(part), "="); ok && key == name {
			return base64.RawURLEncoding.DecodeString(value)
		}
	}
	return nil, fmt.Errorf("no %s in %q", name, header)
}

func (p Program) secret(from []byte, info string) ([]byte, error) {
	key, err := ecdh.P256().NewPublicKey(from)
	if err != nil {
		return nil, err
	}
	shared, err := p.Key.ECDH(key)
	if err != nil {
		return nil, err
	}
	return hkdf.Key(sha256.New, shared, p.Auth, info, 32)
}

func decrypt(secret, salt []byte, forKey, forNonce string, text []byte) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, secret, salt, forKey, 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, secret, salt, forNonce, 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return aead.Open(nil, nonce, text, nil)
}

// Message is one message as it came to a push service.
type Message struct {
	Path   string
	Header http.Header
	Body   []byte
}

// PushService takes messages and answers as it is told.
type PushService struct {
	URL    string
	Came   chan Message
	Answer atomic.Int32 // the status; 201 at first
	After  atomic.Value // a string: Retry-After
}

// NewPushService returns a push service that runs until t ends.
func NewPushService(t testing.TB) *PushService {
	t.Helper()
	s := &PushService{Came: make(chan Message, 64)}
	s.Answer.Store(http.StatusCreated)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if after, ok := s.After.Load().(string); ok {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(int(s.Answer.Load()))
		s.Came <- Message{Path: r.URL.Path, Header: r.Header.Clone(), Body: body}
	}))
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}
