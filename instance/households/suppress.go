package households

import "slices"

// Fewest is the least count that is told of (k-anonymity, J20). What counts fewer
// is not told, nor is what could be taken from the rest to find it.
const Fewest = 11

// Rounded is to what counts are rounded.
const Rounded = 5

// Table counts by two things, départements and months for instance.
type Table struct {
	Rows, Columns []string
	Counts        [][]int // by row and column
}

// Shown is a table as it may be told: counts are rounded, and those that nobody
// is told of are -1. The last row and the last column are the sums.
type Shown struct {
	Rows, Columns []string
	Cells         [][]int
}

// Hidden is a count that nobody is told of.
const Hidden = -1

// Suppress returns what of a table may be told. A count below [Fewest] is hidden.
// Then counts beside it are hidden too, the smallest first, until nobody who knows
// all the others and all sums exactly could tell a hidden count from any other
// below Fewest: its least and its greatest possible value are Fewest-1 apart at
// least. What is told is rounded besides.
func Suppress(t Table) Shown {
	g := newGrid(t)
	for {
		found := false
		for _, x := range g.hiddenCells() {
			if g.cell[x.i][x.j] >= Fewest || g.span(x) >= Fewest-1 {
				continue
			}
			if y, ok := g.beside(x); ok {
				g.hide[y.i][y.j], found = true, true
			}
		}
		if !found {
			return g.shown(t)
		}
	}
}

type place struct{ i, j int }

// grid is a table with its sums in the last row and column.
type grid struct {
	n, m int // of rows and columns without sums
	cell [][]int
	hide [][]bool
}

func newGrid(t Table) grid {
	g := grid{n: len(t.Rows), m: len(t.Columns)}
	g.cell, g.hide = make([][]int, g.n+1), make([][]bool, g.n+1)
	for i := range g.cell {
		g.cell[i], g.hide[i] = make([]int, g.m+1), make([]bool, g.m+1)
	}
	for i := range g.n {
		for j := range g.m {
			c := t.Counts[i][j]
			g.cell[i][j] = c
			g.cell[i][g.m] += c
			g.cell[g.n][j] += c
			g.cell[g.n][g.m] += c
		}
	}
	for i, row := range g.cell {
		for j, c := range row {
			g.hide[i][j] = c < Fewest
		}
	}
	return g
}

func (g grid) hiddenCells() (list []place) {
	for i, row := range g.hide {
		for j, h := range row {
			if h {
				list = append(list, place{i, j})
			}
		}
	}
	return list
}

// sum tells whether a cell is the sum of a row or of a column, which counts
// against what it sums.
func (g grid) sum(x place) bool { return (x.i == g.n) != (x.j == g.m) }

// room is by how much a hidden count can change in one direction of the sums:
// nothing keeps it from above, and zero from below.
func (g grid) room(x place, up bool) int {
	if !g.hide[x.i][x.j] {
		return 0
	}
	if up != g.sum(x) {
		return plenty
	}
	return g.cell[x.i][x.j]
}

const plenty = 1 << 30

// span is how far the least and the greatest value of a hidden count are apart
// that agree with everything that is told.
func (g grid) span(x place) int { return g.flow(x, true) + g.flow(x, false) }

// flow is by how much a count can grow, or shrink: each change of one is made good
// in its row and its column by others, which is a way from its column back to its
// row through hidden counts, in turn against it and with it.
func (g grid) flow(x place, grow bool) int {
	up := grow != g.sum(x)
	limit := min(g.room(x, up), Fewest)
	changed := map[place]int{} // of those on the way, with the sign of the sums
	moved := 0
	for moved < limit {
		way := g.way(x, up, changed)
		if way == nil {
			break
		}
		by := 1
		if !up {
			by = -1
		}
		for k, y := range way {
			if k%2 == 0 {
				changed[y] -= by
			} else {
				changed[y] += by
			}
		}
		moved++
	}
	return moved
}

// way is the shortest way from the column of x back to its row on which each
// count can still change by one.
func (g grid) way(x place, up bool, changed map[place]int) []place {
	type node struct {
		row bool
		at  int
	}
	from := map[node]place{}
	start, end := node{false, x.j}, node{true, x.i}
	seen := map[node]bool{start: true}
	for queue := []node{start}; len(queue) > 0; queue = queue[1:] {
		here := queue[0]
		if here == end {
			return g.back(x, func(row bool, at int) place { return from[node{row, at}] })
		}
		try := func(y place, next node, up bool) {
			if y != x && !seen[next] && g.can(y, up, changed[y]) {
				seen[next], from[next] = true, y
				queue = append(queue, next)
			}
		}
		if !here.row {
			for i := range g.cell {
				try(place{i, here.at}, node{true, i}, !up)
			}
			continue
		}
		for j := range g.cell[0] {
			try(place{here.at, j}, node{false, j}, up)
		}
	}
	return nil
}

// can tells whether a count that changed already can change by one more.
func (g grid) can(y place, up bool, changed int) bool {
	if up {
		return g.room(y, true) > changed
	}
	return g.room(y, false) > -changed
}

// back follows a way from its end, and returns it from its beginning.
func (g grid) back(x place, from func(row bool, at int) place) []place {
	var way []place
	for row, at := true, x.i; row || at != x.j; row = !row {
		y := from(row, at)
		way = append(way, y)
		if row {
			at = y.j
		} else {
			at = y.i
		}
	}
	slices.Reverse(way)
	return way
}

// beside is the smallest count that is not hidden in the row or the column of a
// hidden one.
func (g grid) beside(x place) (place, bool) {
	best, found := place{}, false
	try := func(y place) {
		if !g.hide[y.i][y.j] && (!found || g.cell[y.i][y.j] < g.cell[best.i][best.j]) {
			best, found = y, true
		}
	}
	for j := range g.cell[0] {
		try(place{x.i, j})
	}
	for i := range g.cell {
		try(place{i, x.j})
	}
	if found {
		return best, true
	}
	for i, row := range g.cell {
		for j := range row {
			try(place{i, j})
		}
	}
	return best, found
}

func (g grid) shown(t Table) Shown {
	s := Shown{Rows: t.Rows, Columns: t.Columns, Cells: make([][]int, len(g.cell))}
	for i, row := range g.cell {
		s.Cells[i] = make([]int, len(row))
		for j, c := range row {
			s.Cells[i][j] = Hidden
			if !g.hide[i][j] {
				s.Cells[i][j] = (c + Rounded/2) / Rounded * Rounded
			}
		}
	}
	return s
}

// Count is a single count as it may be told: rounded, or [Hidden].
func Count(n int) int {
	if n < Fewest {
		return Hidden
	}
	return (n + Rounded/2) / Rounded * Rounded
}
