package media

import (
	"image"
	"image/draw"
)

// shrink returns source in RGBA, its longer side at most longSide, each pixel
// the mean of those it stands for. It reads source a row at a time, so that a
// large picture is in memory only once.
func shrink(source image.Image, longSide int) *image.RGBA {
	from := source.Bounds()
	width, height := fit(from.Dx(), from.Dy(), longSide)
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	if width == from.Dx() && height == from.Dy() {
		draw.Draw(to, to.Rect, source, from.Min, draw.Src)
		return to
	}
	row := image.NewRGBA(image.Rect(0, 0, from.Dx(), 1))
	narrow := make([]float32, 4*width)
	sum := make([]float32, 4*width)
	columns := spread(from.Dx(), width)
	scale := float32(height) / float32(from.Dy())
	y, room := 0, float32(1)
	for n := range from.Dy() {
		draw.Draw(row, row.Rect, source, image.Pt(from.Min.X, from.Min.Y+n), draw.Src)
		narrowRow(narrow, row.Pix, columns)
		part := scale
		if part >= room-1e-4 && y < height {
			addRow(sum, narrow, room)
			storeRow(to.Pix[y*to.Stride:], sum)
			clear(sum)
			part, room, y = part-room, 1, y+1
		}
		addRow(sum, narrow, max(part, 0))
		room -= max(part, 0)
	}
	if y < height {
		addRow(sum, narrow, max(room, 0))
		storeRow(to.Pix[y*to.Stride:], sum)
	}
	return to
}

// fit returns width and height reduced so that neither is above longSide.
func fit(width, height, longSide int) (int, int) {
	long := max(width, height)
	if long <= longSide {
		return width, height
	}
	scaled := func(n int) int { return max(1, (n*longSide+long/2)/long) }
	return scaled(width), scaled(height)
}

// share is how one source column counts towards one or two target columns.
type share struct {
	column        int     // the first target column
	first, second float32 // weights for it and for the next
}

func spread(from, to int) []share {
	shares := make([]share, from)
	scale := float64(to) / float64(from)
	for x := range shares {
		begin, end := float64(x)*scale, float64(x+1)*scale
		column := min(int(begin), to-1)
		edge := float64(column + 1)
		if end <= edge || column == to-1 {
			shares[x] = share{column: column, first: float32(end - begin)}
			continue
		}
		shares[x] = share{column: column, first: float32(edge - begin), second: float32(end - edge)}
	}
	return shares
}

func narrowRow(to []float32, from []uint8, columns []share) {
	clear(to)
	for x, s := range columns {
		p := from[4*x : 4*x+4 : 4*x+4]
		r, g, b, a := float32(p[0]), float32(p[1]), float32(p[2]), float32(p[3])
		q := to[4*s.column:]
		q[0] += r * s.first
		q[1] += g * s.first
		q[2] += b * s.first
		q[3] += a * s.first
		if s.second > 0 {
			q[4] += r * s.second
			q[5] += g * s.second
			q[6] += b * s.second
			q[7] += a * s.second
		}
	}
}

func addRow(sum, row []float32, weight float32) {
	if weight <= 0 {
		return
	}
	for i, v := range row {
		sum[i] += v * weight
	}
}

func storeRow(to []uint8, sum []float32) {
	for i, v := range sum {
		to[i] = uint8(min(max(v+0.5, 0), 255))
	}
}

// upright turns a picture as its orientation says: 1 to 8 as EXIF counts.
func upright(from *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 || orientation > 8 {
		return from
	}
	width, height := from.Rect.Dx(), from.Rect.Dy()
	size := image.Rect(0, 0, width, height)
	if orientation >= 5 {
		size = image.Rect(0, 0, height, width)
	}
	to := image.NewRGBA(size)
	for y := range height {
		for x := range width {
			tx, ty := turn(x, y, width-1, height-1, orientation)
			copy(to.Pix[to.PixOffset(tx, ty):][:4], from.Pix[from.PixOffset(x, y):][:4])
		}
	}
	return to
}

// turn returns where the pixel at x, y goes in a picture whose last column
// and row are right and bottom.
func turn(x, y, right, bottom, orientation int) (int, int) {
	switch orientation {
	case 2:
		return right - x, y
	case 3:
		return right - x, bottom - y
	case 4:
		return x, bottom - y
	case 5:
		return y, x
	case 6:
		return bottom - y, x
	case 7:
		return bottom - y, right - x
	default:
		return y, right - x
	}
}
