package media_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// secret stands for whatever a picture carries besides its pixels.
const secret = "SECRET-GPS-45.7745N-4.8319E"

// photo is a picture with many colours: red grows to the right, green down.
func photo(width, height int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.SetRGBA(x, y, color.RGBA{uint8(x * 255 / width), uint8(y * 255 / height), uint8((x*7 + y*13) % 64), 255})
		}
	}
	return m
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// asGIF makes an animation of so many frames.
func asGIF(t testing.TB, width, height, frames int) []byte {
	t.Helper()
	palette := color.Palette{color.Black, color.White, color.Transparent}
	animation := &gif.GIF{LoopCount: 3}
	for n := range frames {
		m := image.NewPaletted(image.Rect(0, 0, width, height), palette)
		m.SetColorIndex(n%width, 0, 1)
		animation.Image = append(animation.Image, m)
		animation.Delay = append(animation.Delay, n%10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, animation); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tiff is an EXIF block with an orientation and secrets.
func tiff(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 0x010e) // description
	b = order.AppendUint16(b, 2)
	b = order.AppendUint32(b, uint32(len(secret)))
	b = order.AppendUint32(b, 8+2+2*12+4)
	b = order.AppendUint16(b, 0x0112)
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, orientation)
	b = order.AppendUint16(b, 0)
	b = order.AppendUint32(b, 0)
	return append(b, secret...)
}

// segment is one marker segment of a JPEG.
func segment(marker byte, content string) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(content)+2))
	return append(b, content...)
}

// withSegments puts segments after the start of a JPEG.
func withSegments(jpeg []byte, segments ...[]byte) []byte {
	out := append([]byte{}, jpeg[:2]...)
	for _, s := range segments {
		out = append(out, s...)
	}
	return append(out, jpeg[2:]...)
}

func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	return segment(0xe1, "Exif\x00\x00"+string(tiff(order, orientation)))
}

// withChunks puts chunks, each a name of four letters and its content, after
// the header of a PNG.
func withChunks(png []byte, chunks ...string) []byte {
	const header = 8 + 12 + 13
	out := append([]byte{}, png[:header]...)
	for _, c := range chunks {
		out = binary.BigEndian.AppendUint32(out, uint32(len(c)-4))
		out = append(out, c...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(c)))
	}
	return append(out, png[header:]...)
}

// claimPNG is a PNG header that claims a size, and nothing else.
func claimPNG(width, height uint32) []byte {
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	chunk = binary.BigEndian.AppendUint32(chunk, height)
	chunk = append(chunk, 8, 6, 0, 0, 0)
	out := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), 13)
	out = append(out, chunk...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
}

// bits writes the least significant bit first, as lossless WebP has it.
type bits struct {
	out []byte
	n   int
}

func (b *bits) put(v uint32, count int) {
	for range count {
		if b.n%8 == 0 {
			b.out = append(b.out, 0)
		}
		b.out[b.n/8] |= byte(v&1) << (b.n % 8)
		v >>= 1
		b.n++
	}
}

// plainWebP is a lossless WebP of one colour: each of its five codes has one
// symbol, so that pixels take no bits at all.
func plainWebP(width, height int, c color.NRGBA) []byte {
	var b bits
	b.put(0x2f, 8)
	b.put(uint32(width-1), 14)
	b.put(uint32(height-1), 14)
	b.put(1, 1) // alpha is used
	b.put(0, 3) // version
	b.put(0, 3) // no transform, no colour cache, no groups of codes
	for _, symbol := range []uint8{c.G, c.R, c.B, c.A, 0} {
		b.put(0b101, 3) // simple code, one symbol, of eight bits
		b.put(uint32(symbol), 8)
	}
	return riff(chunk("VP8L", b.out))
}

func chunk(name string, content []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(content)))
	b = append(b, content...)
	if len(content)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

func riff(chunks ...[]byte) []byte {
	content := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(content))), content...)
}

// extended wraps the chunks of a simple WebP with the header that allows more.
func extended(webp []byte, flags byte, width, height int, more ...[]byte) []byte {
	header := []byte{flags, 0, 0, 0, byte(width - 1), byte((width - 1) >> 8), 0, byte(height - 1), byte((height - 1) >> 8), 0}
	return riff(append([][]byte{chunk("VP8X", header), webp[12:]}, more...)...)
}
