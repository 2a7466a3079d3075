package instance_test

import (
	"errors"
	"testing"

	"palier/instance"
)

func TestJ7_NoPhotographIsShownWithoutThoseOnIt(t *testing.T) {
	t.Parallel()
	const adder, reader = 1, 2
	circle, host := instance.PhotoReader{ID: reader, Circle: true}, instance.PhotoReader{ID: reader, Host: true, Circle: true}
	for name, c := range map[string]struct {
		photo        instance.EventPhoto
		circle, host bool
	}{
		"nobody on it":                     {instance.EventPhoto{Nobody: true}, true, true},
		"two, and one agrees":              {instance.EventPhoto{People: 2, Agreed: 1}, false, false},
		"two, and both agree":              {instance.EventPhoto{People: 2, Agreed: 2}, true, true},
		"one reads it, and has not agreed": {instance.EventPhoto{People: 1, On: true}, true, true},
		"a child":                          {instance.EventPhoto{Others: true}, false, true},
		"a child and one who agrees":       {instance.EventPhoto{Others: true, People: 1, Agreed: 1}, false, true},
		"a child and one who does not":     {instance.EventPhoto{Others: true, People: 1}, false, false},
	} {
		c.photo.Adder.ID = adder
		if got := c.photo.ShownTo(circle); got != c.circle {
			t.Errorf("%s: shown to its circle: %v", name, got)
		}
		if got := c.photo.ShownTo(host); got != c.host {
			t.Errorf("%s: shown to a host: %v", name, got)
		}
		if !c.photo.ShownTo(instance.PhotoReader{ID: adder}) {
			t.Errorf("%s: not shown to who added it", name)
		}
		outside := c.photo
		outside.On = false
		if outside.ShownTo(instance.PhotoReader{ID: reader}) || outside.ShownTo(instance.PhotoReader{}) {
			t.Errorf("%s: shown to somebody else", name)
		}
	}
}

func TestPhotographsSayWhoIsOnThem(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]instance.PhotoPlan{
		"photo missing":  {Alt: "x", Nobody: true},
		"alt missing":    {Content: []byte("x"), Alt: " ", Nobody: true},
		"people missing": {Content: []byte("x"), Alt: "x"},
		"people both":    {Content: []byte("x"), Alt: "x", Nobody: true, Others: true},
	} {
		invalid, ok := errors.AsType[*instance.Invalid](p.Check())
		if !ok || invalid.Field+" "+invalid.Code != want {
			t.Errorf("%s: %v", want, p.Check())
		}
	}
}
