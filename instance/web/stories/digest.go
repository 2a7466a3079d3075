package stories

import (
	"strconv"
	"time"

	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// digestPlaces are what was said near Marie in a day.
func digestPlaces() []view.DigestPlace {
	return []view.DigestPlace{
		{Name: centre.Name, Path: centre.Path, More: 3, Sections: []view.DigestSection{
			{Kind: "needs", Items: []view.DigestItem{
				{Title: "Qui pourrait monter mes courses samedi ?", Text: "L’ascenseur est en panne et je suis au quatrième.", Language: "fr", Author: lucette.Name, Path: "/@lucette/101"},
				{Title: "Шукаю, хто може перекласти лист зі школи", Language: "uk", Author: oksana.Name, Path: "/@oksana@rance.example/105"},
			}},
			{Kind: "events", Items: []view.DigestItem{{Title: "Café du mercredi", Text: "On parle français, arabe et ukrainien.", Language: "fr", Author: accueil.Name, Path: "/@accueil/103", Starts: now.Add(26 * time.Hour), Venue: "Salle Robert-Schuman"}}},
			{Kind: "offers", Items: []view.DigestItem{{Title: "Une remorque vélo à prêter", Language: "fr", Author: yann.Name, Path: "/@yann/102"}}},
			{Kind: "news", Items: []view.DigestItem{{Title: "شكرًا لجيراني", Text: "شكرًا لكل من ساعدنا في نقل الأثاث يوم السبت.", Language: "ar", Author: amira.Name, Path: "/@amira/106"}}},
			{Kind: "notices", Items: []view.DigestItem{{Title: "Coupure d’eau jeudi de 9 h à 11 h", Language: "fr", Author: dinan.Name, Path: "/@dinan/107"}}},
		}},
		{Sections: []view.DigestSection{{Kind: "news", Items: []view.DigestItem{{Title: "Anticonstitutionnellement-intergouvernementalisations", Language: "fr", Author: wordy.Name, Path: "/@comite/9"}}}}},
	}
}

func noticeSettings(f pages.Frame) pages.NoticeSettings {
	p := pages.NoticeSettings{Frame: f, Often: "daily", Mailed: true}
	for hour := range 24 {
		p.Hours = append(p.Hours, view.Option{Value: strconv.Itoa(hour), Label: strconv.Itoa(hour) + "\u00a0h", Selected: hour == 7})
	}
	for day := range 7 {
		p.Weekdays = append(p.Weekdays, view.Option{Value: strconv.Itoa(day), Label: f.Language.Weekday(time.Weekday(day)), Selected: day == 5})
	}
	for _, topic := range []string{"replies", "direct", "agreements"} {
		p.Topics = append(p.Topics, view.Option{Value: topic, Selected: topic != "replies"})
	}
	for _, n := range []string{"1", "3", "5", "10"} {
		p.Most = append(p.Most, view.Option{Value: n, Label: n, Selected: n == "5"})
	}
	return p
}

func board(f pages.Frame) pages.Board {
	p := pages.Board{Frame: stranger(f), Place: centre.Person, URL: "https://dinan.example/@centre_ville", Short: "dinan.example/g/centre_ville/"}
	for _, s := range digestPlaces()[0].Sections {
		section := view.BoardSection{Kind: s.Kind}
		for i, item := range s.Items {
			code := strconv.Itoa(i) + "KX4P"
			section.Items = append(section.Items, view.BoardItem{DigestItem: item, Code: code, URL: "https://dinan.example/g/centre_ville/" + code})
		}
		p.Sections = append(p.Sections, section)
	}
	return p
}
