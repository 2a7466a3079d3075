package web

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/simplify"

	"palier/instance"
	"palier/instance/places"
	"palier/instance/web/view"
)

const (
	mapWidth, mapHeight = 320, 220
	mapEdge             = 8   // left free on each side
	coarse              = 0.7 // what is nearer to a straight line than this is one
	smallest            = 1.5 // what is smaller is left out
)

// drawn is a place to be drawn.
type drawn struct {
	kind  string
	shape orb.MultiPolygon
}

// draw draws places one over the other, so that what lies in box fills a good
// part of the map; others may go beyond its edges.
func draw(name string, box orb.Bound, list []drawn) *view.Map {
	middle := box.Center()
	squeeze := math.Cos(middle[1] * math.Pi / 180)
	w, h := math.Max((box.Max[0]-box.Min[0])*squeeze, 1e-6), math.Max(box.Max[1]-box.Min[1], 1e-6)
	if len(list) > 1 { // leave room for what lies around
		const room = 1.6
		w, h = w*room, h*room
	}
	scale := math.Min((mapWidth-2*mapEdge)/w, (mapHeight-2*mapEdge)/h)
	m := &view.Map{Name: name, Width: mapWidth, Height: mapHeight}
	for _, d := range list {
		var path strings.Builder
		for _, polygon := range d.shape {
			for _, ring := range polygon {
				flat := make(orb.Ring, len(ring))
				for i, p := range ring {
					flat[i] = orb.Point{mapWidth/2 + (p[0]-middle[0])*squeeze*scale, mapHeight/2 - (p[1]-middle[1])*scale}
				}
				write(&path, flat)
			}
		}
		if path.Len() > 0 {
			m.Shapes = append(m.Shapes, view.Shape{Kind: d.kind, Path: path.String()})
		}
	}
	return m
}

// write writes a ring as path data, as coarse as it may be.
func write(path *strings.Builder, ring orb.Ring) {
	ring = simplify.DouglasPeucker(coarse).Ring(ring)
	if box := ring.Bound(); len(ring) < 4 || box.Max[0]-box.Min[0] < smallest && box.Max[1]-box.Min[1] < smallest {
		return
	}
	command := byte('M')
	for _, p := range ring[:len(ring)-1] {
		path.WriteByte(command)
		path.WriteString(onMap(p[0]))
		path.WriteByte(' ')
		path.WriteString(onMap(p[1]))
		command = 'L'
	}
	path.WriteByte('z')
}

// onMap is a coordinate; what lies far beyond the edge is cut off.
func onMap(v float64) string {
	const beyond = 2000
	return strconv.FormatFloat(math.Max(-beyond, math.Min(beyond, math.Round(v*10)/10)), 'f', -1, 64)
}

// mapOf draws a place with what lies around it, beside it and within it; nil
// where it is not known where it lies. Houses are left out.
func (s *Server) mapOf(ctx context.Context, a instance.Actor, nesting places.Nesting) (*view.Map, error) {
	beside, err := s.Places.Beside(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	var order []layer
	for _, p := range nesting.Parents {
		order = append(order, layer{"around", p.ID})
	}
	for _, id := range beside {
		order = append(order, layer{"beside", id})
	}
	order = append(order, layer{"here", a.ID})
	for _, c := range nesting.Children {
		if c.Level != "building" {
			order = append(order, layer{"inside", c.ID})
		}
	}
	ids := make([]instance.ActorID, len(order))
	for i, l := range order {
		ids[i] = l.place
	}
	known, err := s.Places.Outlines(ctx, ids)
	if err != nil {
		return nil, err
	}
	mine, ok := known[a.ID]
	if !ok {
		return nil, nil
	}
	var list []drawn
	for _, l := range order {
		if o, ok := known[l.place]; ok {
			list = append(list, drawn{l.kind, o.Ring()})
		}
	}
	return draw(a.Shown(), mine.Ring().Bound(), list), nil
}

// layer is a place on a map before it is known where it lies.
type layer struct {
	kind  string
	place instance.ActorID
}
