package alike

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// TestH16_OnePersonIsWrittenInManyWays holds what is compared to how one telephone,
// mailbox and address are written.
func TestH16_OnePersonIsWrittenInManyWays(t *testing.T) {
	t.Parallel()
	of := func(c Contact) map[mark]bool {
		all := map[mark]bool{}
		for _, m := range marks(c) {
			all[m] = true
		}
		return all
	}
	for _, same := range [][]Contact{
		{{Text: "06 12 34 56 78"}, {Text: "+33 6 12 34 56 78"}, {Text: "0033612345678"}, {Text: "tél. 06.12.34.56.78, le soir"}},
		{{Text: "jean.dupont@asso.example"}, {Text: "Jean.Dupont2@asso.example"}, {Text: "jeandupont+toit@asso.example"}, {Text: "j-e-a-n_dupont.1987@asso.example"}},
		{{Address: "47 rue de la Chouette, 69001 Lyon"}, {Address: "47, R. de la Chouette\n69001 LYON"}},
	} {
		want := of(same[0])
		if len(want) != 1 {
			t.Fatalf("%+v has marks %v", same[0], want)
		}
		for _, c := range same[1:] {
			for m := range of(c) {
				if !want[m] {
					t.Errorf("%+v is %q, want %v", c, m, want)
				}
			}
			if len(of(c)) != 1 {
				t.Errorf("%+v has marks %v", c, of(c))
			}
		}
	}
	for _, c := range [][2]Contact{
		{{Text: "06 12 34 56 78"}, {Text: "06 12 34 56 79"}},
		{{Text: "jean.dupont@asso.example"}, {Text: "jean.dupont@other.example"}},
		{{Text: "1234@asso.example"}, {Text: "5678@asso.example"}}, // nothing but figures is a name
		{{Address: "47 rue de la Chouette, 69001 Lyon"}, {Address: "47 rue de la Chouette, 38000 Grenoble"}},
		{{Address: "47 rue de la Chouette, 69001 Lyon"}, {Address: "48 rue de la Chouette, 69001 Lyon"}},
	} {
		for m := range of(c[0]) {
			if of(c[1])[m] {
				t.Errorf("%+v and %+v are one: %q", c[0], c[1], m)
			}
		}
	}
	for _, none := range []Contact{{}, {Text: "au foyer, chambre 12"}, {Address: "Lyon"}, {Address: "1 rue de la Mairie"}} { // without a town it is anywhere
		if got := marks(none); len(got) != 0 {
			t.Errorf("%+v has marks %v", none, got)
		}
	}
}

// TestH16_TagsTellNothingWithoutTheKey holds tags of one text under two keys apart, and
// one key to one tag.
func TestH16_TagsTellNothingWithoutTheKey(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m := mark{rapid.SampledFrom(Kinds).Draw(rt, "kind"), rapid.String().Draw(rt, "value")}
		one, other := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(rt, "key"), rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(rt, "other")
		first := tag(one, m)
		if tag(one, m) != first {
			rt.Fatal("two tags of one text")
		}
		if string(one) != string(other) && first == tag(other, m) {
			rt.Fatal("two keys, one tag")
		}
	})
}

// TestH16_PeopleWhoLiveTogetherAreNotMany weighs what is in common.
func TestH16_PeopleWhoLiveTogetherAreNotMany(t *testing.T) {
	t.Parallel()
	me := Who{Host: 1}
	for _, x := range []struct {
		list []Match
		want int
	}{
		{nil, 0},
		{[]Match{{Address, Who{Host: 2}}}, 1},
		{[]Match{{Phone, Who{Host: 2}}}, 1},
		{[]Match{{Phone, Who{Host: 2}}, {Address, Who{Host: 2}}}, 2},
		{[]Match{{Address, Who{Host: 2}}, {Address, Who{Host: 3}}}, 2},
		{[]Match{{Phone, Who{Case: 2}}}, 2}, // a household that writes as a host
	} {
		if got := Weight(me, x.list); got != x.want {
			t.Errorf("%s weighs %d, want %d", fmt.Sprint(x.list), got, x.want)
		}
	}
}
