package stories

import (
	"palier/instance/opendata"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

func finding() []Story {
	return []Story{
		{"find/empty", func(f pages.Frame) pages.Page { return pages.Find{Frame: in(stranger(f), "", "/find")} }},
		{"find/error", func(f pages.Frame) pages.Page {
			return pages.Find{Frame: in(stranger(f), "", "/find"), Asked: true, Problems: []view.Problem{{Field: "address", Code: "missing"}}}
		}},
		{"find/suggestions", func(f pages.Frame) pages.Page {
			return pages.Find{Frame: in(stranger(f), "", "/find"), Typed: "12 lainerie", Asked: true, Suggestions: []view.Suggestion{
				{Path: "/find?address=x", Name: "12 bis Rue de la Lainerie", Town: "22100 Dinan", Kind: "address"},
				{Path: "/find?street=1", Name: "Rue de la Lainerie <script>", Town: "22100 Lanvallay", Kind: "street"},
				{Path: "/find?commune=22050", Name: "Dinan", Town: "22100", Kind: "commune"},
			}}
		}},
		{"find/communes", func(f pages.Frame) pages.Page {
			return pages.Find{Frame: in(stranger(f), "", "/find"), Typed: "Évran", Asked: true, Communes: true,
				Suggestions: []view.Suggestion{{Path: "/find?commune=22056", Name: "Évran", Town: "22630", Kind: "commune"}}}
		}},
		{"find/nothing", func(f pages.Frame) pages.Page {
			return pages.Find{Frame: in(stranger(f), "", "/find"), Typed: "12 zzz", Asked: true}
		}},
		{"find/numbers", func(f pages.Frame) pages.Page {
			return pages.Find{Frame: in(stranger(f), "", "/find"), Street: "Rue de la Lainerie", Town: "22100 Dinan",
				Numbers: []view.Suggestion{{Path: "/find?address=x", Name: "1"}, {Path: "/find?address=y", Name: "1 bis"}, {Path: "/find?address=z", Name: "3"}}}
		}},
		{"find/found", func(f pages.Frame) pages.Page {
			return pages.Find{Frame: in(stranger(f), "", "/find"), Found: true, Line: "12 bis Rue de la Lainerie", Town: "22100 Dinan", Map: drawnMap(),
				Homes:  []view.Home{{PlaceLine: tilleulsLine, Join: "/join?place=1"}, {PlaceLine: centreLine, Join: "/join?place=2"}, {PlaceLine: dinanLine, Join: "/join?place=3"}},
				Others: []view.Home{{PlaceLine: view.PlaceLine{Person: longPlace.Person, Level: view.LevelNeighbourhood}, Join: "/join?place=4"}}, MoreOthers: true}
		}},
		{"find/commune", func(f pages.Frame) pages.Page {
			return pages.Find{Frame: in(stranger(f), "", "/find"), Found: true, Whole: true, Line: "Dinan",
				Homes: []view.Home{{PlaceLine: dinanLine, Join: "/join?place=3"}}, Others: []view.Home{{PlaceLine: centreLine, Join: "/join?place=2"}}}
		}},
		{"find/elsewhere", func(f pages.Frame) pages.Page {
			return pages.Find{Frame: in(stranger(f), "", "/find"), Found: true, Line: "Rennes", Elsewhere: []view.CommuneServer{{Name: "Ville de Rennes", Host: "voisins.rennes.example", URL: "https://voisins.rennes.example/find?commune=35238"}}}
		}},
		{"find/none", func(f pages.Frame) pages.Page {
			return pages.Find{Frame: in(f, "", "/find"), Found: true, Line: "Évran", Others: []view.Home{{PlaceLine: centreLine, Join: "/@centre_ville"}}}
		}},
		{"open_data/all", func(f pages.Frame) pages.Page {
			return pages.OpenData{Frame: in(stranger(f), "", "/data"), Licence: opendata.DefaultLicence}
		}},
		{"places/many", func(f pages.Frame) pages.Page {
			return pages.Places{Frame: in(stranger(f), "", "/places"), Pager: view.Pager{Older: "/places?after=1"}, Places: []pages.DirectoryLine{
				{PlaceLine: dinanLine, Population: 14764}, {PlaceLine: centreLine, Within: []view.PlaceLine{dinanLine}},
				{PlaceLine: view.PlaceLine{Person: longPlace.Person, Level: view.LevelNeighbourhood}},
			}}
		}},
		{"places/empty", func(f pages.Frame) pages.Page { return pages.Places{Frame: in(stranger(f), "", "/places")} }},
	}
}

// drawnMap is a quarter in its commune, beside another.
func drawnMap() *view.Map {
	return &view.Map{Name: "Centre-Ville", Width: 320, Height: 220, Shapes: []view.Shape{
		{Kind: "around", Path: "M-20 40L120 -30L340 10L330 240L60 250z"}, {Kind: "beside", Path: "M210 60L300 70L290 160L205 150z"},
		{Kind: "here", Path: "M90 60L205 55L210 150L150 180L80 140z"}, {Kind: "inside", Path: "M100 70L150 66L150 120L100 120z"},
	}}
}

func areas() []Story {
	area := func(f pages.Frame) pages.AdminArea {
		return pages.AdminArea{Frame: in(f, "neighbourhoods", ""), PlaceTabs: pages.PlaceTabs{ID: "31", Name: "Centre-Ville", Path: "/@centre_ville", Tab: "area"}, Query: "22050"}
	}
	return []Story{
		{"admin_area/known", func(f pages.Frame) pages.Page {
			p := area(f)
			p.Known, p.Source, p.Map, p.Center = true, "IGN, INSEE", drawnMap(), "48.45400, -2.04700"
			p.Outlines = []view.Boundary{{ID: "1", Name: "Centre Ville <b>", Kind: "iris", Key: "220500101", Source: "IGN, INSEE"}, {ID: "2", Name: "Dinan", Kind: "commune", Key: "22050", Source: "IGN"}}
			return p
		}},
		{"admin_area/error", func(f pages.Frame) pages.Page {
			p := area(f)
			p.House, p.Doors, p.Center, p.Radius = true, "12 rue Inconnue, Dinan", "là", "0"
			p.Problems = []view.Problem{{Field: "doors", Code: "unknown"}, {Field: "center", Code: "malformed"}, {Field: "radius", Code: "out-of-range", Limit: 50000}, {Field: "outline", Code: "unknown"}}
			p.Outlines = []view.Boundary{{ID: "2", Name: "Dinan", Kind: "commune", Key: "22050"}}
			return p
		}},
	}
}
