package boundaries_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance/boundaries"
)

func TestARegionIsDrawnByItsBorders(t *testing.T) {
	t.Parallel()
	around := boundaries.Origin{Latitude: 4845, Longitude: -205}
	east := boundaries.Line{Origin: around, Direction: 0, Steps: 5} // 250 m east of the middle
	for _, c := range []struct {
		name   string
		region boundaries.Region
		want   []boundaries.Point
	}{
		{"everywhere", nil, []boundaries.Point{{0, 1000}, {1000, 1000}, {1000, 0}, {0, 0}}},
		{"near side", boundaries.Region{{Line: east}}, []boundaries.Point{{0, 1000}, {750, 1000}, {750, 0}, {0, 0}}},
		{"far side", boundaries.Region{{Line: east, Beyond: true}}, []boundaries.Point{{750, 1000}, {1000, 1000}, {1000, 0}, {750, 0}}},
		{"nowhere", boundaries.Region{{Line: boundaries.Line{Origin: around, Steps: 8}, Beyond: true}, {Line: east}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, c.region.Outline(around, 500)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
