package outreach

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"palier/instance/store"
)

// vapidSetting is the name under which the key is kept by which push services
// know this server (RFC 8292).
const vapidSetting = "vapid_private_key"

// vapid is that key.
type vapid struct {
	private *ecdsa.PrivateKey
	public  string // as programs and push services are told it
	sealing cipher.AEAD
}

// openVAPID returns the key of the server. The first process ever makes it.
func openVAPID(ctx context.Context, db *store.DB) (*vapid, error) {
	var kept string
	err := db.Read().QueryRow(ctx, `SELECT value FROM settings WHERE name = $1`, vapidSetting).Scan(&kept)
	if errors.Is(err, store.ErrNoRows) {
		kept, err = makeVAPID(ctx, db)
	}
	if err != nil {
		return nil, fmt.Errorf("key for push messages: %w", err)
	}
	v, err := parseVAPID(kept)
	if err != nil {
		return nil, fmt.Errorf("key for push messages: %w", err)
	}
	return v, nil
}

func makeVAPID(ctx context.Context, db *store.DB) (kept string, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	raw, err := key.Bytes()
	if err != nil {
		return "", err
	}
	err = db.InTx(ctx, func(tx store.Tx) error {
		// Another process may have been first.
		_, err := tx.Exec(ctx, `
			INSERT INTO settings (name, value)
			VALUES ($1, $2)
			ON CONFLICT DO NOTHING`, vapidSetting, encode(raw))
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT value FROM settings WHERE name = $1`, vapidSetting).Scan(&kept)
	})
	return kept, err
}

func parseVAPID(kept string) (*vapid, error) {
	raw, err := base64.RawURLEncoding.DecodeString(kept)
	if err != nil {
		return nil, err
	}
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	if err != nil {
		return nil, err
	}
	public, err := private.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	sealing, err := hkdf.Key(sha256.New, raw, nil, "palier push tokens", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &vapid{private: private, public: encode(public), sealing: aead}, nil
}

// tokenLasts is how long a push service can know us by one token; RFC 8292
// allows a day.
const tokenLasts = 12 * time.Hour

// token says to the push service of endpoint who we are (RFC 8292 §2).
func (v *vapid) token(endpoint, subject string, now time.Time) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(map[string]any{"aud": u.Scheme + "://" + u.Host, "exp": now.Add(tokenLasts).Unix(), "sub": subject})
	if err != nil {
		return "", err
	}
	signed := encode([]byte(`{"typ":"JWT","alg":"ES256"}`)) + "." + encode(claims)
	digest := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, v.private, digest[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signed + "." + encode(signature), nil
}

// authorize adds to a message who sends it, in the way that goes with its
// encoding.
func (v *vapid) authorize(m message, standard bool, token string) {
	if standard {
		m.header.Set("Authorization", "vapid t="+token+",k="+v.public)
		return
	}
	m.header.Set("Authorization", "WebPush "+token)
	m.header.Set("Crypto-Key", strings.Join([]string{m.header.Get("Crypto-Key"), "p256ecdsa=" + v.public}, ";"))
}

// seal and unseal keep a token in the database such that whoever reads one table
// of it has none.
func (v *vapid) seal(token string) []byte { return v.sealing.Seal(nil, nil, []byte(token), nil) }

func (v *vapid) unseal(sealed []byte) (string, error) {
	token, err := v.sealing.Open(nil, nil, sealed, nil)
	if err != nil {
		return "", fmt.Errorf("unseal token: %w", err)
	}
	return string(token), nil
}
