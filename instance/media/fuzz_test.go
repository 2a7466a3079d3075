package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"testing"
)

// nowhere is a store that remembers what was put last, for tests of what is
// made and not of where it is kept.
type nowhere struct{ kept [][]byte }

func (n *nowhere) Put(_ context.Context, _ string, content []byte) error {
	n.kept = append(n.kept, content)
	return nil
}

func (n *nowhere) Open(context.Context, string) (*File, error) { return nil, ErrNotFound }

func (n *nowhere) Delete(context.Context, string) error { return nil }

func sample(t testing.TB, width, height int, write func(io.Writer, image.Image) error) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = uint8(i * 7 / 3)
		if i%4 == 3 {
			m.Pix[i] = 255
		}
	}
	var b bytes.Buffer
	if err := write(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func writeJPEG(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }

func writeGIF(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) }

func FuzzDecode(f *testing.F) {
	for _, write := range []func(io.Writer, image.Image) error{writeJPEG, png.Encode, writeGIF} {
		f.Add(sample(f, 9, 7, write))
	}
	var animation bytes.Buffer
	frame := image.NewPaletted(image.Rect(0, 0, 3, 3), color.Palette{color.Black, color.Transparent})
	if err := gif.EncodeAll(&animation, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{0, 1}}); err != nil {
		f.Fatal(err)
	}
	f.Add(animation.Bytes())
	f.Add([]byte("RIFF\x24\x00\x00\x00WEBPVP8L\x17\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	limits := Options{MaxBytes: 1 << 16, MaxPixels: 1 << 16, MaxAnimation: 1 << 16, MaxFrames: 16, LongSide: 64, ThumbSide: 16}
	f.Fuzz(func(t *testing.T, b []byte) {
		store := &nowhere{}
		p, err := New(store, limits).Add(t.Context(), bytes.NewReader(b))
		if err != nil {
			var refusal *Refusal
			if !errors.As(err, &refusal) || len(store.kept) > 0 {
				t.Fatalf("got %v with %d files kept", err, len(store.kept))
			}
			return
		}
		if max(p.ThumbWidth, p.ThumbHeight) > 16 || p.Width < 1 || p.Height < 1 || len(store.kept) != 2 {
			t.Fatalf("made %+v", p)
		}
		if p.Type != "image/gif" && max(p.Width, p.Height) > 64 {
			t.Fatalf("made %+v", p)
		}
		// What was written can be taken in again, and is what was told.
		again, err := New(&nowhere{}, Options{}).Add(t.Context(), bytes.NewReader(store.kept[0]))
		if err != nil || again.Width != p.Width || again.Height != p.Height {
			t.Fatalf("made %+v, taken again %+v, %v", p, again, err)
		}
	})
}

func FuzzOrientation(f *testing.F) {
	block := []byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00")
	f.Add(append([]byte("\xff\xd8\xff\xe1\x00\x1eExif\x00\x00"), block...))
	f.Add(append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x16eXIf"), append(block, 0, 0, 0, 0)...))
	f.Add(append([]byte("RIFF\x00\x00\x00\x00WEBPEXIF\x16\x00\x00\x00"), block...))
	f.Add([]byte("MM\x00*\x00\x00\x00\x08\xff\xff"))
	for _, seed := range [][]byte{{0xff, 0xd8, 0xff, 0xff, 0xff, 0xe1, 0, 2}, {0xff, 0xd8, 0xff, 0xe1, 0, 0}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, from := range []format{formatJPEG, formatPNG, formatGIF, formatWebP} {
			if o := orientation(b, from); o < 1 || o > 8 {
				t.Errorf("%s: %d", from, o)
			}
		}
		if o := orientationOf(b); o < 1 || o > 8 {
			t.Errorf("bare: %d", o)
		}
		if frames, pixels, err := countFrames(b); frames < 0 || pixels < 0 || err == nil && frames > len(b) {
			t.Errorf("counted %d frames, %d pixels, %v", frames, pixels, err)
		}
	})
}

func TestOrientationOfOddities(t *testing.T) {
	t.Parallel()
	block := func(edit func([]byte)) []byte {
		b := []byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00")
		edit(b)
		return b
	}
	for _, tt := range []struct {
		situation string
		tiff      []byte
		want      int
	}{
		{"as it should be", block(func([]byte) {}), 6},
		{"of another type", block(func(b []byte) { b[12] = 4 }), 1},
		{"twice", block(func(b []byte) { b[14] = 2 }), 1},
		{"out of range", block(func(b []byte) { b[18] = 9 }), 1},
		{"a directory beyond the end", block(func(b []byte) { binary.LittleEndian.PutUint32(b[4:], 0xffff_fff0) }), 1},
		{"more entries than there are", block(func(b []byte) { b[8], b[9], b[10] = 0xff, 0xff, 0 }), 1},
		{"neither order", block(func(b []byte) { b[0] = 'X' }), 1},
		{"nothing", nil, 1},
	} {
		if got := orientationOf(tt.tiff); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.situation, got, tt.want)
		}
	}
}

func TestShrinkKeepsTheMean(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{101, 37}, {64, 64}, {33, 200}, {2, 1000}, {1000, 3}} {
		m := image.NewRGBA(image.Rectangle{Max: size})
		sum := 0
		for i := range m.Pix {
			m.Pix[i] = uint8(i * 31 % 251)
			if i%4 == 3 {
				m.Pix[i] = 255
			}
			sum += int(m.Pix[i])
		}
		small := shrink(m, 16)
		if got := max(small.Rect.Dx(), small.Rect.Dy()); got != 16 {
			t.Errorf("%v: long side %d", size, got)
		}
		smallSum := 0
		for _, v := range small.Pix {
			smallSum += int(v)
		}
		want, got := float64(sum)/float64(len(m.Pix)), float64(smallSum)/float64(len(small.Pix))
		if got < want-1.5 || got > want+1.5 {
			t.Errorf("%v: mean %.1f became %.1f", size, want, got)
		}
		if !small.Opaque() {
			t.Errorf("%v: opaque became transparent", size)
		}
	}
}

func TestF07_PicturesWaitForOneAnother(t *testing.T) {
	t.Parallel()
	store := &nowhere{}
	pictures := New(store, Options{MaxPixels: 10_000, MaxAnimation: 5000})
	content := sample(t, 100, 100, png.Encode)
	if !pictures.decoding.TryAcquire(1) {
		t.Fatal("somebody else is decoding")
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := pictures.Add(ctx, bytes.NewReader(content))
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) || len(store.kept) > 0 {
		t.Errorf("with one pixel too few to spare: %v, %d files kept", err, len(store.kept))
	}
	pictures.decoding.Release(1)
	if _, err := pictures.Add(t.Context(), bytes.NewReader(content)); err != nil {
		t.Errorf("with nobody before it: %v", err)
	}
	if !pictures.decoding.TryAcquire(10_000) {
		t.Error("a picture did not give its place back")
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ width, height, wantWidth, wantHeight int }{
		{4000, 3000, 2048, 1536}, {3000, 4000, 1536, 2048}, {2048, 2048, 2048, 2048}, {10, 20, 10, 20}, {100_000, 1, 2048, 1},
	} {
		if w, h := fit(tt.width, tt.height, 2048); w != tt.wantWidth || h != tt.wantHeight {
			t.Errorf("%d × %d: got %d × %d", tt.width, tt.height, w, h)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	for name, size := range map[string]image.Point{"phone 12 MP": {4000, 3000}, "screen 2 MP": {1920, 1080}} {
		content := sample(b, size.X, size.Y, writeJPEG)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := New(&nowhere{}, Options{}).Add(b.Context(), bytes.NewReader(content)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkShrink(b *testing.B) {
	m := image.NewYCbCr(image.Rect(0, 0, 4000, 3000), image.YCbCrSubsampleRatio420)
	b.ReportAllocs()
	for b.Loop() {
		shrink(m, 2048)
	}
}
