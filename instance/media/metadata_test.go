package media_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"

	"palier/instance/media"
)

func TestF08_NothingButPixels(t *testing.T) {
	t.Parallel()
	rich := withSegments(asJPEG(t, photo(640, 480)),
		segment(0xe0, "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00"),
		exif(binary.LittleEndian, 1),
		segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>"+secret+"</x:xmpmeta>"),
		segment(0xe2, "ICC_PROFILE\x00\x01\x01"+secret),
		segment(0xed, "Photoshop 3.0\x008BIM"+secret),
		segment(0xfe, secret))
	for name, content := range map[string][]byte{
		"JPEG": append(rich, secret...),
		"PNG": withChunks(asPNG(t, photo(64, 48)), "tEXtLocation\x00"+secret, "iTXtXML:com.adobe.xmp\x00\x00\x00\x00\x00"+secret,
			"eXIf"+string(tiff(binary.BigEndian, 1)), "tIME\x07\xea\x01\x01\x00\x00\x00"),
		"WebP": extended(plainWebP(20, 10, color.NRGBA{9, 9, 9, 255}), 0x0c, 20, 10,
			chunk("EXIF", tiff(binary.LittleEndian, 1)), chunk("XMP ", []byte(secret))),
		"GIF":       withComment(asGIF(t, 20, 10, 1), secret),
		"animation": withComment(asGIF(t, 20, 10, 3), secret),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !bytes.Contains(content, []byte(secret)) {
				t.Fatal("the test's own picture has no secret")
			}
			a := newAlbum(t, media.Options{})
			p := a.add(t, content)
			for _, file := range []string{p.File, p.Thumb} {
				checkBare(t, file, a.content(t, file))
			}
		})
	}
}

// checkBare looks for anything in a file that is not needed to show it.
func checkBare(t *testing.T, name string, b []byte) {
	t.Helper()
	for _, alien := range []string{secret, "Exif", "adobe", "ICC_PROFILE", "Photoshop", "xmpmeta"} {
		if bytes.Contains(b, []byte(alien)) {
			t.Errorf("%s still holds %q", name, alien)
		}
	}
	switch {
	case strings.HasSuffix(name, ".jpg"):
		for at := 2; at+4 <= len(b) && b[at+1] != 0xda; at += 2 + int(binary.BigEndian.Uint16(b[at+2:])) {
			if marker := b[at+1]; marker >= 0xe0 {
				t.Errorf("%s has a segment %x", name, marker)
			}
		}
		if !bytes.HasSuffix(b, []byte{0xff, 0xd9}) {
			t.Errorf("%s goes on after its end", name)
		}
	case strings.HasSuffix(name, ".png"):
		at := 8
		for at+12 <= len(b) {
			switch kind := string(b[at+4 : at+8]); kind {
			case "IHDR", "PLTE", "tRNS", "IDAT", "IEND":
			default:
				t.Errorf("%s has a chunk %q", name, kind)
			}
			at += 12 + int(binary.BigEndian.Uint32(b[at:]))
		}
		if at != len(b) {
			t.Errorf("%s goes on after its end", name)
		}
	case strings.HasSuffix(name, ".gif"):
		if bytes.Contains(b, []byte{0x21, 0xfe}) {
			t.Errorf("%s has a comment", name)
		}
	}
}

func TestPhotographsComeOutUpright(t *testing.T) {
	t.Parallel()
	// Where the top left quarter of the stored picture belongs.
	places := []image.Point{{0, 0}, {0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}, {1, 0}, {1, 1}, {0, 1}}
	stored := image.NewRGBA(image.Rect(0, 0, 128, 64))
	for i := range stored.Pix {
		stored.Pix[i] = 255
	}
	for y := range 32 {
		for x := range 64 {
			stored.SetRGBA(x, y, color.RGBA{0, 0, 0, 255})
		}
	}
	plain := asJPEG(t, stored)
	for orientation := range uint16(10) {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			a := newAlbum(t, media.Options{})
			p := a.add(t, withSegments(plain, exif(order, orientation)))
			m, err := jpeg.Decode(bytes.NewReader(a.content(t, p.File)))
			if err != nil {
				t.Fatal(err)
			}
			want := image.Pt(128, 64)
			if orientation >= 5 && orientation <= 8 {
				want = image.Pt(64, 128)
			}
			if got := m.Bounds().Size(); got != want || image.Pt(p.Width, p.Height) != want {
				t.Errorf("orientation %d: %v and told %d × %d, want %v", orientation, got, p.Width, p.Height, want)
				continue
			}
			place := image.Point{}
			if int(orientation) < len(places) {
				place = places[orientation]
			}
			for _, quarter := range []image.Point{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
				r, _, _, _ := m.At(want.X/4+quarter.X*want.X/2, want.Y/4+quarter.Y*want.Y/2).RGBA()
				if dark := r < 0x8000; dark != (quarter == place) {
					t.Errorf("orientation %d: quarter %v is dark: %v", orientation, quarter, dark)
				}
			}
		}
	}
}

func TestOtherFormatsComeOutUpright(t *testing.T) {
	t.Parallel()
	block := tiff(binary.LittleEndian, 6)
	for name, content := range map[string][]byte{
		"PNG":                 withChunks(asPNG(t, photo(40, 20)), "eXIf"+string(block)),
		"WebP":                extended(plainWebP(40, 20, color.NRGBA{A: 255}), 0x08, 40, 20, chunk("EXIF", block)),
		"WebP with a preface": extended(plainWebP(40, 20, color.NRGBA{A: 255}), 0x08, 40, 20, chunk("EXIF", append([]byte("Exif\x00\x00"), block...))),
	} {
		if p := newAlbum(t, media.Options{}).add(t, content); p.Width != 20 || p.Height != 40 {
			t.Errorf("%s: %d × %d", name, p.Width, p.Height)
		}
	}
}
