package instance

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
)

// PictureOf is what a picture of another server belongs to.
type PictureOf string

// What a picture of another server can be.
const (
	OfPortrait   PictureOf = "portrait"
	OfHeader     PictureOf = "header"
	OfAttachment PictureOf = "attachment"
	OfCard       PictureOf = "card"
)

// Sealed returns the site with the secret by which it knows addresses of its
// own making again.
func (s Site) Sealed(secret []byte) Site {
	s.secret = string(secret)
	return s
}

// OthersPicture is the address under which we show a picture of another server:
// nobody who reads asks that server, and nobody else can make such an address
// for a picture of their choice (security.md F05). id is that of the actor, the
// attachment or the card it belongs to, original where it lies. Another
// original is another address, so that no browser goes on showing an old one.
func (s Site) OthersPicture(of PictureOf, id ID, original string) string {
	if original == "" {
		return ""
	}
	return s.base + "/media/others/" + string(of) + "/" + id.String() + "/" + s.seal(of, id, original)
}

// Made tells whether seal is the one that [Site.OthersPicture] put into the
// address of such a picture.
func (s Site) Made(of PictureOf, id ID, original, seal string) bool {
	return hmac.Equal([]byte(seal), []byte(s.seal(of, id, original)))
}

const sealBytes = 15 // 20 characters that no guess ever meets

func (s Site) seal(of PictureOf, id ID, original string) string {
	h := hmac.New(sha256.New, []byte(s.secret))
	var b [512]byte
	message := append(b[:0], of...)
	message = append(message, ' ')
	message = strconv.AppendInt(message, int64(id), 10)
	message = append(message, ' ')
	message = append(message, original...)
	_, _ = h.Write(message) // a hash takes everything
	return base64.RawURLEncoding.EncodeToString(h.Sum(b[:0])[:sealBytes])
}

// Portrait is the address of an actor's portrait here, ours or another
// server's; empty without one.
func (s Site) Portrait(a Actor) string {
	if a.Local() {
		return s.MediaURL(a.Icon)
	}
	return s.OthersPicture(OfPortrait, ID(a.ID), a.Icon)
}

// Header is the address of the wide picture above an actor's profile; empty
// without one.
func (s Site) Header(a Actor) string {
	if a.Local() {
		return s.MediaURL(a.Image)
	}
	return s.OthersPicture(OfHeader, ID(a.ID), a.Image)
}

// Picture returns the addresses of a picture of a post and of its smaller copy;
// both empty for what is no picture that we show.
func (s Site) Picture(p Picture) (large, small string) {
	if p.File != "" {
		return s.MediaURL(p.File), s.MediaURL(p.Thumb)
	}
	if !p.Shown() {
		return "", ""
	}
	large = s.OthersPicture(OfAttachment, p.ID, p.RemoteURL)
	return large, large + "/small"
}

// Shown tells whether we can show an attachment: pictures of kinds we read. Of
// everything else, such as videos, only where it lies is told.
func (p *Picture) Shown() bool {
	if p.File != "" {
		return true
	}
	switch p.Type {
	case "image/jpeg", "image/png", "image/gif", "image/webp", "image", "":
		return p.RemoteURL != ""
	}
	return false
}

// Medium is what an attachment is in one word: image, video, audio, or file.
func (p *Picture) Medium() string {
	family, _, _ := strings.Cut(p.Type, "/")
	switch family {
	case "image", "video", "audio":
		return family
	case "":
		return "image"
	}
	return "file"
}
