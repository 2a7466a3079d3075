package web

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	paint "image/draw"
	"image/png"
	"net/http"
	"strings"
	"unicode"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// The size of the picture that other sites show, as most of them cut it.
const (
	cardWidth, cardHeight = 1200, 630
	cardEdge              = 70
	cardMark              = 150
	cardCode              = 330
	cardLines             = 4
)

// getProgrammeCard answers with a picture of a programme for other sites: our mark, its
// name and that of its association, and a code that leads to its page.
func (s *Server) getProgrammeCard(w http.ResponseWriter, r *http.Request) error {
	x, err := s.shownProgramme(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	picture, err := programmeCard(x.Group.Shown(), x.Organisation.Shown(), s.Site.Base()+programmePath(x.Group.ID))
	if err == nil {
		err = png.Encode(&b, picture)
	}
	if err != nil {
		return fmt.Errorf("card of programme %s: %w", x.Group.ID, err)
	}
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(b.Bytes()) // who asked may have gone
	return nil
}

func programmeCard(name, organisation, link string) (image.Image, error) {
	paper, ink, muted := color.RGBA{0xFB, 0xF8, 0xF3, 0xFF}, color.RGBA{0x1F, 0x2A, 0x2E, 0xFF}, color.RGBA{0x56, 0x64, 0x6A, 0xFF}
	primary := color.RGBA{0x0F, 0x5E, 0x57, 0xFF}
	card := image.NewRGBA(image.Rect(0, 0, cardWidth, cardHeight))
	paint.Draw(card, card.Bounds(), image.NewUniform(paper), image.Point{}, paint.Src)
	paint.Draw(card, image.Rect(0, 0, cardWidth, 24), image.NewUniform(primary), image.Point{}, paint.Src)
	paint.Draw(card, image.Rect(cardEdge, cardEdge, cardEdge+cardMark, cardEdge+cardMark), icon(cardMark), image.Point{}, paint.Src)
	code, err := qr.Encode(link, qr.M, qr.Auto)
	if err == nil {
		code, err = barcode.Scale(code, cardCode, cardCode)
	}
	if err != nil {
		return nil, fmt.Errorf("code of %s: %w", link, err)
	}
	at := image.Pt(cardWidth-cardEdge-cardCode, cardHeight-cardEdge-cardCode)
	paint.Draw(card, image.Rectangle{Min: at, Max: at.Add(image.Pt(cardCode, cardCode))}, code, image.Point{}, paint.Src)
	below := cardEdge + cardMark + 80
	if below, err = lettered(card, gobold.TTF, 60, ink, name, below); err == nil {
		_, err = lettered(card, goregular.TTF, 36, muted, organisation, below)
	}
	return card, err
}

// lettered writes words left of the code from a line on, and returns the line below them.
// Words in a script that we have no letters for are left out: the page that shows the
// picture says them.
func lettered(card paint.Image, ttf []byte, size float64, ink color.Color, text string, line int) (int, error) {
	f, err := opentype.Parse(ttf)
	if err != nil {
		return line, fmt.Errorf("letters: %w", err)
	}
	if !spells(f, text) {
		return line, nil
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return line, fmt.Errorf("letters: %w", err)
	}
	defer func() { _ = face.Close() }() // of letters in memory, which never fails
	d := &font.Drawer{Dst: card, Src: image.NewUniform(ink), Face: face}
	for _, words := range wrap(d, text, cardWidth-3*cardEdge-cardCode) {
		d.Dot = fixed.P(cardEdge, line)
		d.DrawString(words)
		line += int(size * 1.25)
	}
	return line, nil
}

// spells tells whether letters have all that a text is written in.
func spells(f *opentype.Font, text string) bool {
	var b sfnt.Buffer
	for _, r := range text {
		if i, err := f.GlyphIndex(&b, r); err != nil || i == 0 && !unicode.IsSpace(r) {
			return false
		}
	}
	return true
}

// wrap breaks a text into lines of a width in pixels, at most [cardLines] of them.
func wrap(d *font.Drawer, text string, width int) []string {
	var lines []string
	now := ""
	for _, word := range strings.Fields(text) {
		longer := strings.TrimSpace(now + " " + word)
		if now != "" && d.MeasureString(longer).Ceil() > width {
			lines, longer = append(lines, now), word
		}
		for d.MeasureString(longer).Ceil() > width { // a word that is longer than a line
			runes := []rune(longer)
			longer = string(runes[:len(runes)-1])
		}
		now = longer
	}
	lines = append(lines, now)
	if len(lines) > cardLines {
		lines = append(lines[:cardLines-1:cardLines-1], "…")
	}
	return lines
}
