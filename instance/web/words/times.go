package words

import (
	"strconv"
	"strings"
	"time"
)

// Number returns n as it is written in the language.
func (l *Language) Number(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	if len(s) <= 3 || len(s) == 4 && l.Tag == "fr" {
		return sign + s
	}
	group := l.Say("number.group")
	var b strings.Builder
	b.WriteString(sign)
	for i, d := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// When returns t as people would say it at now, in now's time zone: 5 min ago,
// tomorrow at 6 pm, 12 March.
func (l *Language) When(now, t time.Time) string {
	t = t.In(now.Location())
	if t.After(now.Add(time.Minute)) {
		return l.ahead(now, t)
	}
	ago := now.Sub(t)
	switch {
	case ago < time.Minute:
		return l.Say("time.now")
	case ago < time.Hour:
		return l.Say("time.minutes-ago", "Count", int(ago/time.Minute))
	case day(t) == day(now):
		return l.Say("time.hours-ago", "Count", int(ago/time.Hour))
	case day(t) == day(now.AddDate(0, 0, -1)):
		return l.Say("time.yesterday", "Clock", l.Clock(t))
	case ago < 6*24*time.Hour:
		return l.Say("time.weekday", "Day", l.weekday(t), "Clock", l.Clock(t))
	}
	return l.Date(now, t)
}

func (l *Language) ahead(now, t time.Time) string {
	in := t.Sub(now)
	switch {
	case in < time.Hour:
		return l.Say("time.in-minutes", "Count", int(in/time.Minute))
	case day(t) == day(now):
		return l.Say("time.today", "Clock", l.Clock(t))
	case day(t) == day(now.AddDate(0, 0, 1)):
		return l.Say("time.tomorrow", "Clock", l.Clock(t))
	case in < 6*24*time.Hour:
		return l.Say("time.weekday", "Day", l.weekday(t), "Clock", l.Clock(t))
	}
	return l.Date(now, t)
}

// Date returns the day of t, with its year if that is not the one of now.
func (l *Language) Date(now, t time.Time) string {
	t = t.In(now.Location())
	if t.Year() == now.Year() {
		return l.Say("time.date", "Day", l.monthday(t), "Month", l.month(t))
	}
	return l.Say("time.date-year", "Day", l.monthday(t), "Month", l.month(t), "Year", strconv.Itoa(t.Year()))
}

// Exact returns t to the minute: Tuesday 4 August 2026 at 18:03.
func (l *Language) Exact(t time.Time) string {
	return l.Say("time.exact", "Weekday", l.weekday(t), "Day", l.monthday(t), "Month", l.month(t),
		"Year", strconv.Itoa(t.Year()), "Clock", l.Clock(t))
}

// Clock returns the time of day of t.
func (l *Language) Clock(t time.Time) string {
	h, m := t.Hour(), t.Minute()
	key := "time.clock"
	if l.Say("time.halves") == "12" {
		key = "time.clock-am"
		if h >= 12 {
			key = "time.clock-pm"
		}
		if h %= 12; h == 0 {
			h = 12
		}
	}
	if m == 0 {
		return l.Say(key+"-full", "Hour", strconv.Itoa(h))
	}
	return l.Say(key, "Hour", strconv.Itoa(h), "Minute", pad(m))
}

// Weekday returns what a day of the week is called.
func (l *Language) Weekday(day time.Weekday) string {
	return l.Say("time.weekday-" + strconv.Itoa(int(day)))
}

func (l *Language) weekday(t time.Time) string { return l.Weekday(t.Weekday()) }
func (l *Language) month(t time.Time) string {
	return l.Say("time.month-" + strconv.Itoa(int(t.Month())))
}

func (l *Language) monthday(t time.Time) string {
	if t.Day() == 1 {
		return l.Say("time.first")
	}
	return strconv.Itoa(t.Day())
}

func day(t time.Time) [2]int { return [2]int{t.Year(), t.YearDay()} }

func pad(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
