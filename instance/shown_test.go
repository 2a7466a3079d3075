package instance_test

import (
	"strings"
	"testing"

	"palier/instance"
)

func TestOthersPicturesHaveAddressesNobodyElseCanMake(t *testing.T) {
	t.Parallel()
	site, err := instance.NewSite("https://dinan.example")
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := site.Sealed([]byte("one secret")), site.Sealed([]byte("another"))
	address := ours.OthersPicture(instance.OfPortrait, 7, "https://a.example/1.png")
	seal := address[strings.LastIndexByte(address, '/')+1:]
	if want := "https://dinan.example/media/others/portrait/7/" + seal; address != want || len(seal) != 20 {
		t.Fatalf("got %s", address)
	}
	for _, tt := range []struct {
		situation string
		site      instance.Site
		of        instance.PictureOf
		id        instance.ID
		original  string
		seal      string
		want      bool
	}{
		{"as it was made", ours, instance.OfPortrait, 7, "https://a.example/1.png", seal, true},
		{"by another server", theirs, instance.OfPortrait, 7, "https://a.example/1.png", seal, false},
		{"of another kind", ours, instance.OfHeader, 7, "https://a.example/1.png", seal, false},
		{"of somebody else", ours, instance.OfPortrait, 8, "https://a.example/1.png", seal, false},
		{"of another picture", ours, instance.OfPortrait, 7, "https://b.example/1.png", seal, false},
		{"without a seal", ours, instance.OfPortrait, 7, "https://a.example/1.png", "", false},
	} {
		if got := tt.site.Made(tt.of, tt.id, tt.original, tt.seal); got != tt.want {
			t.Errorf("%s: %t", tt.situation, got)
		}
	}
	if got := ours.OthersPicture(instance.OfPortrait, 7, ""); got != "" {
		t.Errorf("no picture has the address %q", got)
	}
}

func TestWhatOfAPostIsShown(t *testing.T) {
	t.Parallel()
	site, err := instance.NewSite("https://dinan.example")
	if err != nil {
		t.Fatal(err)
	}
	const at = "https://a.example/x"
	for _, tt := range []struct {
		situation string
		picture   instance.Picture
		medium    string
		shown     bool
	}{
		{"ours", instance.Picture{File: "ab/c.jpg", Thumb: "ab/d.jpg", Type: "image/jpeg"}, "image", true},
		{"a photo elsewhere", instance.Picture{RemoteURL: at, Type: "image/webp"}, "image", true},
		{"a picture that does not say its type", instance.Picture{RemoteURL: at}, "image", true},
		{"a picture we cannot read", instance.Picture{RemoteURL: at, Type: "image/avif"}, "image", false},
		{"a drawing that can act", instance.Picture{RemoteURL: at, Type: "image/svg+xml"}, "image", false},
		{"a video", instance.Picture{RemoteURL: at, Type: "video/mp4"}, "video", false},
		{"a sound", instance.Picture{RemoteURL: at, Type: "audio/ogg"}, "audio", false},
		{"a document", instance.Picture{RemoteURL: at, Type: "application/pdf"}, "file", false},
	} {
		large, small := site.Picture(tt.picture)
		if tt.picture.Shown() != tt.shown || tt.picture.Medium() != tt.medium || (large != "") != tt.shown || (small != "") != tt.shown {
			t.Errorf("%s: %s, shown %t at %q and %q", tt.situation, tt.picture.Medium(), tt.picture.Shown(), large, small)
		}
		if strings.Contains(large+small, "a.example") {
			t.Errorf("%s leads elsewhere: %s", tt.situation, large)
		}
	}
}
