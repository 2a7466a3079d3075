package outreach

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
)

// Lengths in bytes of what a program's push subscription is made of (RFC 8291
// §2), and of what is made for one message.
const (
	pointLength = 65
	authLength  = 16
	saltLength  = 16
	keyLength   = 16
	nonceLength = 12
)

// recordSize is the largest record, and so the largest message: push services
// take no more (RFC 8030 §7.2).
const recordSize = 4096

// message is an encrypted message with the headers that belong to it.
type message struct {
	header http.Header
	body   []byte
}

// envelope is what is needed to encrypt one message to one program: its keys,
// and a key and a salt of which every message has its own.
type envelope struct {
	to   *ecdh.PublicKey
	auth []byte
	from *ecdh.PrivateKey
	salt []byte
}

// seal encrypts text the way RFC 8291 says: aes128gcm, one record.
func (e envelope) seal(text []byte) (message, error) {
	to, from := e.to.Bytes(), e.from.PublicKey().Bytes()
	secret, err := e.secret("WebPush: info\x00" + string(to) + string(from))
	if err != nil {
		return message{}, err
	}
	key, nonce, err := e.keys(secret, "Content-Encoding: aes128gcm\x00", "Content-Encoding: nonce\x00")
	if err != nil {
		return message{}, err
	}
	head := make([]byte, 0, recordSize)
	head = append(head, e.salt...)
	head = binary.BigEndian.AppendUint32(head, recordSize)
	head = append(head, byte(len(from)))
	head = append(head, from...)
	body, err := encrypt(head, key, nonce, append(text, 2)) // 2 ends the last record
	if err != nil {
		return message{}, err
	}
	if len(body) > recordSize {
		return message{}, fmt.Errorf("a message of %d bytes is too long", len(body))
	}
	return message{http.Header{"Content-Encoding": {"aes128gcm"}}, body}, nil
}

// sealOld encrypts text the way programs know that were made before RFC 8291:
// aesgcm (draft-ietf-webpush-encryption-04), keys and salt in headers.
func (e envelope) sealOld(text []byte) (message, error) {
	to, from := e.to.Bytes(), e.from.PublicKey().Bytes()
	secret, err := e.secret("Content-Encoding: auth\x00")
	if err != nil {
		return message{}, err
	}
	both := "P-256\x00" + counted(to) + counted(from)
	key, nonce, err := e.keys(secret, "Content-Encoding: aesgcm\x00"+both, "Content-Encoding: nonce\x00"+both)
	if err != nil {
		return message{}, err
	}
	body, err := encrypt(nil, key, nonce, append([]byte{0, 0}, text...)) // no padding
	if err != nil {
		return message{}, err
	}
	if len(body) > recordSize {
		return message{}, fmt.Errorf("a message of %d bytes is too long", len(body))
	}
	return message{http.Header{
		"Content-Encoding": {"aesgcm"},
		"Encryption":       {"salt=" + encode(e.salt)},
		"Crypto-Key":       {"dh=" + encode(from)},
	}, body}, nil
}

// secret is what only the two sides know.
func (e envelope) secret(info string) ([]byte, error) {
	shared, err := e.from.ECDH(e.to)
	if err != nil {
		return nil, fmt.Errorf("agree on a key: %w", err)
	}
	return hkdf.Key(sha256.New, shared, e.auth, info, sha256.Size)
}

func (e envelope) keys(secret []byte, forKey, forNonce string) (key, nonce []byte, err error) {
	if key, err = hkdf.Key(sha256.New, secret, e.salt, forKey, keyLength); err != nil {
		return nil, nil, err
	}
	nonce, err = hkdf.Key(sha256.New, secret, e.salt, forNonce, nonceLength)
	return key, nonce, err
}

func encrypt(head, key, nonce, text []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return aead.Seal(head, nonce, text, nil), nil
}

// counted is a key with its length before it.
func counted(key []byte) string {
	return string(binary.BigEndian.AppendUint16(nil, uint16(len(key)))) + string(key)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
