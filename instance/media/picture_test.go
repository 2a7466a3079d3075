package media_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"palier/instance/media"
)

func newFolder(t testing.TB) *media.Folder {
	t.Helper()
	folder, err := media.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := folder.Close(); err != nil {
			t.Errorf("close folder: %v", err)
		}
	})
	return folder
}

// album is pictures on a folder of their own.
type album struct {
	*media.Pictures
	folder *media.Folder
}

func newAlbum(t testing.TB, o media.Options) album {
	t.Helper()
	folder := newFolder(t)
	return album{media.New(folder, o), folder}
}

func (a album) content(t testing.TB, name string) []byte {
	t.Helper()
	f, err := a.folder.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return b
}

// add takes in a picture that must be taken.
func (a album) add(t testing.TB, content []byte) media.Picture {
	t.Helper()
	p, err := a.Add(t.Context(), bytes.NewReader(content))
	if err != nil {
		t.Fatalf("add: %v", err)
	}
	return p
}

func TestAdd(t *testing.T) {
	t.Parallel()
	transparent := image.NewNRGBA(image.Rect(0, 0, 100, 50))
	transparent.SetNRGBA(1, 1, color.NRGBA{255, 0, 0, 128})
	for _, tt := range []struct {
		situation string
		content   []byte
		want      media.Picture
	}{
		{"a photograph", asJPEG(t, photo(3000, 1500)),
			media.Picture{Type: "image/jpeg", Width: 2048, Height: 1024, ThumbWidth: 640, ThumbHeight: 320}},
		{"a tall photograph", asJPEG(t, photo(300, 4096)),
			media.Picture{Type: "image/jpeg", Width: 150, Height: 2048, ThumbWidth: 47, ThumbHeight: 640}},
		{"a thread", asPNG(t, photo(5000, 1)), media.Picture{Type: "image/jpeg", Width: 2048, Height: 1, ThumbWidth: 640, ThumbHeight: 1}},
		{"one pixel", asPNG(t, photo(1, 1)), media.Picture{Type: "image/png", Width: 1, Height: 1, ThumbWidth: 1, ThumbHeight: 1}},
		{"a photograph as PNG", asPNG(t, photo(400, 300)),
			media.Picture{Type: "image/jpeg", Width: 400, Height: 300, ThumbWidth: 400, ThumbHeight: 300}},
		{"a drawing", asPNG(t, image.NewPaletted(image.Rect(0, 0, 700, 70), color.Palette{color.White})),
			media.Picture{Type: "image/png", Width: 700, Height: 70, ThumbWidth: 640, ThumbHeight: 64}},
		{"something transparent", asPNG(t, transparent),
			media.Picture{Type: "image/png", Width: 100, Height: 50, ThumbWidth: 100, ThumbHeight: 50}},
		{"a still GIF", asGIF(t, 60, 30, 1), media.Picture{Type: "image/png", Width: 60, Height: 30, ThumbWidth: 60, ThumbHeight: 30}},
		{"an animation", asGIF(t, 60, 30, 5), media.Picture{Type: "image/gif", Width: 60, Height: 30, ThumbWidth: 60, ThumbHeight: 30}},
		{"a WebP", plainWebP(80, 40, color.NRGBA{1, 2, 3, 255}),
			media.Picture{Type: "image/png", Width: 80, Height: 40, ThumbWidth: 80, ThumbHeight: 40}},
	} {
		t.Run(tt.situation, func(t *testing.T) {
			t.Parallel()
			a := newAlbum(t, media.Options{})
			got := a.add(t, tt.content)
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(media.Picture{}, "File", "Thumb", "Blurhash", "Bytes", "ThumbBytes")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			kept, thumb := a.content(t, got.File), a.content(t, got.Thumb)
			if int64(len(kept)) != got.Bytes {
				t.Errorf("kept %d bytes, told %d", len(kept), got.Bytes)
			}
			checkSize(t, kept, got.Type, got.Width, got.Height)
			checkSize(t, thumb, "image/jpeg", got.ThumbWidth, got.ThumbHeight)
			if len(got.Blurhash) < 6 {
				t.Errorf("blurhash is %q", got.Blurhash)
			}
		})
	}
}

// checkSize reads a kept file with the decoder of its type.
func checkSize(t *testing.T, content []byte, mediaType string, width, height int) {
	t.Helper()
	decode := map[string]func(io.Reader) (image.Image, error){"image/jpeg": jpeg.Decode, "image/png": png.Decode, "image/gif": gif.Decode}[mediaType]
	m, err := decode(bytes.NewReader(content))
	if err != nil {
		t.Fatalf("kept %s cannot be read: %v", mediaType, err)
	}
	if got := m.Bounds().Size(); got != image.Pt(width, height) {
		t.Errorf("kept %s measures %v, told %d × %d", mediaType, got, width, height)
	}
}

func TestAnimationStaysOne(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, media.Options{})
	got, err := gif.DecodeAll(bytes.NewReader(a.content(t, a.add(t, asGIF(t, 40, 20, 12)).File)))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Image) != 12 || got.LoopCount != 3 {
		t.Errorf("kept %d pictures, %d rounds; want 12, 3", len(got.Image), got.LoopCount)
	}
	for i, delay := range got.Delay {
		if delay < 2 {
			t.Errorf("picture %d is shown for %d hundredths of a second", i, delay)
		}
	}
}

func TestColoursStay(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, media.Options{LongSide: 100})
	for name, c := range map[string]color.NRGBA{"opaque": {200, 100, 50, 255}, "half transparent": {200, 100, 50, 128}} {
		m, err := png.Decode(bytes.NewReader(a.content(t, a.add(t, plainWebP(333, 177, c)).File)))
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []image.Point{{0, 0}, {50, 25}, {99, 52}} {
			got := color.NRGBAModel.Convert(m.At(at.X, at.Y)).(color.NRGBA)
			for _, d := range []int{int(got.R) - int(c.R), int(got.G) - int(c.G), int(got.B) - int(c.B), int(got.A) - int(c.A)} {
				if d < -2 || d > 2 {
					t.Errorf("%s at %v: %v, want %v", name, at, got, c)
					break
				}
			}
		}
	}
}

func TestF06_OnlyPictures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ found, content string }{
		{"svg", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`},
		{"html", "<!DOCTYPE html><script>alert(1)</script>"},
		{"html", "  <html><body>"},
		{"json", `{"@context": "https://www.w3.org/ns/activitystreams", "type": "Person"}`},
		{"pdf", "%PDF-1.7\n"},
		{"heic", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"},
		{"avif", "\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif"},
		{"video", "\x00\x00\x00\x18ftypisom\x00\x00\x00\x00"},
		{"tiff", "II*\x00\x08\x00\x00\x00"},
		{"bmp", "BM\x00\x00"},
		{"zip", "PK\x03\x04"},
		{"animated webp", string(extended(plainWebP(2, 2, color.NRGBA{}), 0x02, 2, 2))},
		{"", "\xff\xd8"},
		{"", "MZ\x90\x00"},
		{"", ""},
	} {
		t.Run(fmt.Sprintf("%.12q", tt.content), func(t *testing.T) {
			t.Parallel()
			_, err := newAlbum(t, media.Options{}).Add(t.Context(), strings.NewReader(tt.content))
			var got *media.Refusal
			if !errors.As(err, &got) || !errors.Is(err, media.ErrUnsupported) || got.Found != tt.found {
				t.Errorf("got %v, want it refused as %q", err, tt.found)
			}
		})
	}
}

func TestF06_PolyglotsComeOutClean(t *testing.T) {
	t.Parallel()
	const page = "<html><script>alert(document.domain)</script></html>"
	zip := "PK\x03\x04" + secret + "PK\x05\x06" + strings.Repeat("\x00", 18)
	for name, content := range map[string][]byte{
		"JPEG with a page in its comment": withSegments(asJPEG(t, photo(64, 48)), segment(0xfe, page)),
		"JPEG with a page behind it":      append(asJPEG(t, photo(64, 48)), page...),
		"PNG with an archive behind it":   append(asPNG(t, photo(64, 48)), zip...),
		"PNG with a page in its text":     withChunks(asPNG(t, photo(64, 48)), "tEXtComment\x00"+page),
		"GIF with an archive behind it":   append(asGIF(t, 8, 8, 1), zip...),
		"animation with an archive":       append(asGIF(t, 8, 8, 3), zip...),
		"animation with a comment":        withComment(asGIF(t, 8, 8, 3), page),
		"WebP with a page behind it":      append(plainWebP(8, 8, color.NRGBA{A: 255}), page...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAlbum(t, media.Options{})
			p := a.add(t, content)
			for _, kept := range [][]byte{a.content(t, p.File), a.content(t, p.Thumb)} {
				for _, alien := range []string{"<script", "<html", "PK\x03\x04", "PK\x05\x06", secret} {
					if bytes.Contains(kept, []byte(alien)) {
						t.Errorf("%q is still in the file", alien)
					}
				}
			}
		})
	}
}

// withComment puts a comment before the end of a GIF.
func withComment(gif []byte, comment string) []byte {
	out := append([]byte{}, gif[:len(gif)-1]...)
	out = append(out, 0x21, 0xfe, byte(len(comment)))
	out = append(out, comment...)
	return append(out, 0, 0x3b)
}

func TestF07_Bombs(t *testing.T) {
	t.Parallel()
	limits := media.Options{MaxBytes: 1 << 20, MaxPixels: 1_000_000, MaxFrames: 10, MaxAnimation: 5000}
	bigJPEG := asJPEG(t, photo(16, 16))
	at := bytes.Index(bigJPEG, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint32(bigJPEG[at+5:], 0xffff_ffff)
	bigGIF := asGIF(t, 10, 10, 1)
	binary.LittleEndian.PutUint32(bigGIF[6:], 0xffff_ffff)
	bigFrames := asGIF(t, 10, 10, 3)
	bigFrame := bytes.Index(bigFrames, []byte{0x2c, 0, 0, 0, 0, 10, 0})
	binary.LittleEndian.PutUint32(bigFrames[bigFrame+5:], 0xffff_ffff)
	onlyFrame := asGIF(t, 10, 10, 1)
	binary.LittleEndian.PutUint32(onlyFrame[bytes.Index(onlyFrame, []byte{0x2c, 0, 0, 0, 0, 10, 0})+5:], 0xffff_ffff)
	for _, tt := range []struct {
		situation string
		content   []byte
		reason    error
		limit     int64
	}{
		{"too many bytes", make([]byte, 1<<20+1), media.ErrTooLarge, 1 << 20},
		{"PNG that claims much", claimPNG(60_000, 60_000), media.ErrTooManyPixels, 1_000_000},
		{"JPEG that claims much", bigJPEG, media.ErrTooManyPixels, 1_000_000},
		{"WebP that claims much", plainWebP(16_384, 16_384, color.NRGBA{}), media.ErrTooManyPixels, 1_000_000},
		{"GIF that claims much", bigGIF, media.ErrTooManyPixels, 1_000_000},
		{"the only frame claims much", onlyFrame, media.ErrTooManyPixels, 1_000_000},
		{"a frame that claims much", bigFrames, media.ErrTooManyPixels, 5000},
		{"many small frames", asGIF(t, 5, 5, 11), media.ErrTooManyFrames, 10},
		{"frames that are much together", asGIF(t, 40, 40, 5), media.ErrTooManyPixels, 5000},
	} {
		t.Run(tt.situation, func(t *testing.T) {
			t.Parallel()
			a := newAlbum(t, limits)
			_, err := a.Add(t.Context(), bytes.NewReader(tt.content))
			var refusal *media.Refusal
			if !errors.As(err, &refusal) || !errors.Is(err, tt.reason) || refusal.Limit != tt.limit {
				t.Errorf("got %v, want %v with limit %d", err, tt.reason, tt.limit)
			}
		})
	}
}

func TestBrokenPictures(t *testing.T) {
	t.Parallel()
	for name, whole := range map[string][]byte{
		"jpeg": asJPEG(t, photo(64, 64)), "png": asPNG(t, photo(64, 64)), "gif": asGIF(t, 64, 64, 3), "webp": plainWebP(64, 64, color.NRGBA{}),
	} {
		for _, part := range []int{12, len(whole) / 3, len(whole) - 12} {
			_, err := newAlbum(t, media.Options{}).Add(t.Context(), bytes.NewReader(whole[:part]))
			var refusal *media.Refusal
			if !errors.As(err, &refusal) {
				t.Errorf("%d of %d bytes of %s: got %v, want a refusal", part, len(whole), name, err)
			}
		}
	}
}

func TestF09_NamesCannotBeGuessed(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, media.Options{})
	seen := map[string]bool{}
	for range 20 {
		p := a.add(t, asPNG(t, photo(2, 2)))
		for _, name := range []string{p.File, p.Thumb} {
			if seen[name] || len(name) != len("ab/.png")+32 || name[:2] != name[3:5] {
				t.Errorf("name %q", name)
			}
			seen[name] = true
		}
		if p.File[3:35] == p.Thumb[3:35] {
			t.Errorf("%q tells %q", p.Thumb, p.File)
		}
	}
}

func TestF09_DeletedIsGone(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, media.Options{})
	p := a.add(t, asPNG(t, photo(20, 20)))
	for range 2 {
		if err := a.Delete(t.Context(), p.File, p.Thumb, "", "../x", "no/such.jpg"); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{p.File, p.Thumb} {
		if _, err := a.folder.Open(t.Context(), name); !errors.Is(err, media.ErrNotFound) {
			t.Errorf("open %s: %v", name, err)
		}
	}
}
