package pages

import (
	"html/template"
	"strings"

	"palier/instance/web/view"
)

// sentence tells what is wrong and what to do: the words for this field and
// code, else those for the code.
func (in *speaking) sentence(p view.Problem) string {
	for _, key := range []string{"problem." + p.Field + "." + p.Code, "problem." + p.Code} {
		if in.Has(key) {
			return in.Say(key, "Limit", p.Limit)
		}
	}
	return in.Say("problem.other")
}

// problem stands beside the field it is about.
func (in *speaking) problem(all []view.Problem, field string) template.HTML {
	for _, p := range all {
		if p.Field == field {
			return template.HTML(`<p class="problem" id="` + field + `-problem">` + string(in.icon("alert")) + `<span>` +
				template.HTMLEscapeString(in.sentence(p)) + `</span></p>`)
		}
	}
	return ""
}

// invalid marks a field that has a problem and points to the sentence.
func invalid(all []view.Problem, field string) template.HTMLAttr {
	for _, p := range all {
		if p.Field == field {
			return template.HTMLAttr(`aria-invalid="true" aria-describedby="` + field + `-problem"`)
		}
	}
	return ""
}

// problems is the summary at the top of a form, where the focus goes; each
// line leads to its field. Problems of no field have no link.
func (in *speaking) problems(all []view.Problem) template.HTML {
	if len(all) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<div class="problems" role="alert" tabindex="-1" autofocus><h2>`)
	b.WriteString(template.HTMLEscapeString(in.Say("problem.summary", "Count", len(all))))
	b.WriteString(`</h2><ul>`)
	for _, p := range all {
		words := template.HTMLEscapeString(in.sentence(p))
		if p.Field != "" {
			words = `<a href="#` + template.HTMLEscapeString(p.Field) + `">` + words + `</a>`
		}
		b.WriteString(`<li>` + words + `</li>`)
	}
	b.WriteString(`</ul></div>`)
	return template.HTML(b.String())
}
