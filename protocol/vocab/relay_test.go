package vocab_test

import (
	"testing"

	"palier/protocol/vocab"
)

// Rows are levels of a Group, columns are reaches 1 to 5.
func TestGroupRelaysUpToTheReachTheAuthorSet(t *testing.T) {
	t.Parallel()
	for level, want := range map[vocab.Level][5]bool{
		vocab.LevelBuilding:      {true, true, true, true, true},
		vocab.LevelResidence:     {true, true, true, true, true},
		vocab.LevelNeighbourhood: {true, true, true, true, true},
		vocab.LevelCommune:       {false, true, true, true, true},
		vocab.LevelWider:         {false, false, true, true, true},
		"":                       {false, true, true, true, true},
		"galaxy":                 {false, false, true, true, true},
	} {
		for i, reach := range vocab.Reaches() {
			if got := level.Relays(reach); got != want[i] {
				t.Errorf("Level(%q).Relays(%v) = %v, want %v", level, reach, got, want[i])
			}
		}
		if got, want := level.Relays(0), level.Relays(vocab.ReachCommune); got != want {
			t.Errorf("Level(%q).Relays of no reach = %v, want that of commune, %v", level, got, want)
		}
	}
}

func TestReachIsReadAsItIsPrinted(t *testing.T) {
	t.Parallel()
	for i, r := range vocab.Reaches() {
		if int(r) != i+1 {
			t.Errorf("%v is number %d, want %d", r, int(r), i+1)
		}
		if got, ok := vocab.ParseReach(r.String()); !ok || got != r || !r.Valid() {
			t.Errorf("ParseReach(%q) = %v, %v", r.String(), got, ok)
		}
	}
	for _, s := range []string{"", "Commune", "world", "2", "Reach(7)"} {
		if r, ok := vocab.ParseReach(s); ok {
			t.Errorf("ParseReach(%q) = %v, want none", s, r)
		}
	}
	if got := vocab.Reach(7).String(); got != "Reach(7)" || vocab.Reach(7).Valid() {
		t.Errorf("a reach out of range prints %q, valid %v", got, vocab.Reach(7).Valid())
	}
}

func TestLevelsStandInOrder(t *testing.T) {
	t.Parallel()
	levels := vocab.Levels()
	for i, l := range levels {
		if got, ok := vocab.ParseLevel(string(l)); !ok || got != l {
			t.Errorf("ParseLevel(%q) = %q, %v", l, got, ok)
		}
		for j, m := range levels {
			if got := l.Compare(m); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%s.Compare(%s) = %d", l, m, got)
			}
		}
		if l.Least() > vocab.ReachIntercommunal || i > 0 && levels[i-1].Least() > l.Least() {
			t.Errorf("%s needs reach %v, less than a narrower place", l, l.Least())
		}
	}
	if _, ok := vocab.ParseLevel("galaxy"); ok {
		t.Error("ParseLevel takes any word")
	}
	if !vocab.LevelBuilding.House() || !vocab.LevelResidence.House() || vocab.LevelNeighbourhood.House() {
		t.Error("a house is a building or a residence, not a neighbourhood")
	}
}

func TestTerritoryHasThreeParts(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"FR:COG:22050", "FR:COG:2A004", "FR:EPCI:200068989", "DE:AGS:09162000", "BE:NIS5:21004"} {
		c, ok := vocab.ParseTerritory(s)
		if !ok || c.Country()+":"+c.Register()+":"+c.Code() != s {
			t.Errorf("ParseTerritory(%q) = %q, %v", s, c, ok)
		}
	}
	for _, s := range []string{"", "22050", "FR:22050", "fr:COG:22050", "FR:COG:", "FR:COG:22050:1", "FR:COG:22 050", "FRA:COG:1", "FR:C:1", "FR:COG:é"} {
		if c, ok := vocab.ParseTerritory(s); ok {
			t.Errorf("ParseTerritory(%q) = %q, want none", s, c)
		}
	}
	if c, ok := vocab.NewTerritory("FR", vocab.RegisterCOG, "22050"); !ok || c != "FR:COG:22050" {
		t.Errorf("NewTerritory = %q, %v", c, ok)
	}
	if c := vocab.Territory("nowhere"); c.Country() != "" || c.Code() != "" {
		t.Error("what is no code has parts")
	}
}
