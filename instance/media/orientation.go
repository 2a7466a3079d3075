package media

import (
	"bytes"
	"encoding/binary"
)

// orientation returns how the picture is to be turned, 1 to 8 as EXIF counts,
// and 1 for anything it cannot read. It looks at a bounded number of bytes and
// of entries, each once.
// See Exif 2.32, section 4.6.4, tag 0x0112.
func orientation(b []byte, f format) int {
	switch f {
	case formatJPEG:
		return orientationOf(exifOfJPEG(b))
	case formatPNG:
		return orientationOf(exifOfPNG(b))
	case formatWebP:
		return orientationOf(exifOfWebP(b))
	}
	return 1
}

// exifOfJPEG returns the first EXIF block before the picture data, or nil.
func exifOfJPEG(b []byte) []byte {
	for at := 2; at+4 <= len(b) && b[at] == 0xff; {
		marker := b[at+1]
		switch {
		case marker == 0xff: // fill byte
			at++
			continue
		case marker == 0x01 || marker >= 0xd0 && marker <= 0xd7: // no length follows
			at += 2
			continue
		case marker == 0xd9 || marker == 0xda: // end, or picture data
			return nil
		}
		end := at + 2 + int(binary.BigEndian.Uint16(b[at+2:]))
		if end < at+4 || end > len(b) {
			return nil
		}
		if exif, ok := bytes.CutPrefix(b[at+4:end], []byte("Exif\x00\x00")); marker == 0xe1 && ok {
			return exif
		}
		at = end
	}
	return nil
}

// exifOfPNG returns the eXIf chunk, or nil.
func exifOfPNG(b []byte) []byte {
	const signature, frame = 8, 12
	for at := signature; at+frame <= len(b); {
		size := int64(binary.BigEndian.Uint32(b[at:]))
		if size > int64(len(b)-at-frame) {
			return nil
		}
		if string(b[at+4:at+8]) == "eXIf" {
			return b[at+8 : at+8+int(size)]
		}
		at += frame + int(size)
	}
	return nil
}

// exifOfWebP returns the EXIF chunk, or nil.
func exifOfWebP(b []byte) []byte {
	const header, frame = 12, 8
	for at := header; at+frame <= len(b); {
		size := int64(binary.LittleEndian.Uint32(b[at+4:]))
		if size > int64(len(b)-at-frame) {
			return nil
		}
		if string(b[at:at+4]) == "EXIF" {
			return bytes.TrimPrefix(b[at+frame:at+frame+int(size)], []byte("Exif\x00\x00"))
		}
		at += frame + int(size) + int(size&1)
	}
	return nil
}

// orientationOf reads the orientation out of the first directory of a TIFF
// block.
func orientationOf(tiff []byte) int {
	const tag, short = 0x0112, 3
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	directory := int64(order.Uint32(tiff[4:]))
	if directory+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[directory+2:]
	for range order.Uint16(tiff[directory:]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short && order.Uint32(entries[4:]) == 1 {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}
