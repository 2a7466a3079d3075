package writing_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance/writing"
)

// cleaned is what Clean is expected to make of source.
type cleaned struct{ situation, source, want string }

func checkCleaned(t *testing.T, cases []cleaned) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.situation, func(t *testing.T) {
			t.Parallel()
			got := writing.Clean(tt.source)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Clean(%q) (-want +got):\n%s", tt.source, diff)
			}
			if again := writing.Clean(got); again != got {
				t.Errorf("cleaning twice changed %q to %q", got, again)
			}
		})
	}
}

func TestCleanKeepsWhatPeersWrite(t *testing.T) {
	t.Parallel()
	const to = `<a href="https://peer.example/@eve" class="u-url mention"` + away
	checkCleaned(t, []cleaned{
		{
			"a mention by Mastodon",
			`<p><span class="h-card" translate="no"><a href="https://peer.example/@eve" class="u-url mention">@<span>eve</span></a></span> oui</p>`,
			`<p><span class="h-card">` + to + `@<span>eve</span></a></span> oui</p>`,
		},
		{
			"a shortened address by Mastodon",
			`<a href="https://peer.example/a/very/long/way/to/a/page" rel="nofollow" target="_blank"><span class="invisible">https://</span><span class="ellipsis">peer.example/a/very/long/way/t</span><span class="invisible">o/a/page</span></a>`,
			`<a href="https://peer.example/a/very/long/way/to/a/page"` + away +
				`<span class="invisible">https://</span><span class="ellipsis">peer.example/a/very/long/way/t</span><span class="invisible">o/a/page</span></a>`,
		},
		{"a hashtag", `<a href="https://peer.example/tags/x" class="mention hashtag status-link" rel="tag">#<span>x</span></a>`,
			`<a href="https://peer.example/tags/x" class="mention hashtag"` + away + `#<span>x</span></a>`},
		{"a heading", `<h2>Titre</h2>texte`, `<p><strong>Titre</strong></p>texte`},
		{"blocks without paragraphs", `<div>un</div><div>deux<br/>trois</div>`, `<p>un</p><p>deux<br>trois</p>`},
		{"nested lists", `<ul><li>a<ol start=3><li>b</ol><li>c</ul>`, `<ul><li>a<ol start="3"><li>b</li></ol></li><li>c</li></ul>`},
		{"an item without a list", `<li>a<li>b`, `<p>a</p><p>b</p>`},
		{"a table", `<table><tr><td>a</td></tr><tr><td>b</td></tr></table>`, `<p>a</p><p>b</p>`},
		{"a quote", `<blockquote><p>a</blockquote>b`, `<blockquote><p>a</p></blockquote>b`},
		{"code", `<pre><code class="language-go">if a &lt; b {<br></code></pre>`, `<pre><code>if a &lt; b {<br></code></pre>`},
		{"struck out", `<s>a</s> <strike>b</strike>`, `<del>a</del> <del>b</del>`},
		{"a picture's description", `<p>a <img src="https://peer.example/x.png" alt="un &quot;plan&quot;"></p>`, `<p>a un &#34;plan&#34;</p>`},
		{"an emoji shortcode", `:tree: l'été`, `:tree: l&#39;été`},
		{"a card that is one link", `<a href="https://peer.example/p"><h3>Titre</h3><p>Texte</p></a>`,
			`<a href="https://peer.example/p"` + away + `Titre Texte </a>`},
		{"empty elements", `<p></p><p><b></b><a href="https://peer.example/"></a></p>x`, `x`},
		{"Hebrew and Arabic", "<p>שלום \u200f(1)\u200f \u2068مرحبا\u2069</p>", "<p>שלום \u200f(1)\u200f \u2068مرحبا\u2069</p>"},
	})
}

func TestCleanBalances(t *testing.T) {
	t.Parallel()
	const to = `<a href="https://peer.example/"` + away
	checkCleaned(t, []cleaned{
		{"end tags that would close our page", `a</p></li></ul></blockquote></div></body>b`, `ab`},
		{"elements left open", `<blockquote><ul><li><b>a`, `<blockquote><ul><li><b>a</b></li></ul></blockquote>`},
		{"a link left open", `<p><a href="https://peer.example/">a</p><p>b</p>`, `<p>` + to + `a</a></p><p>b</p>`},
		{"a link in a link", `<a href="https://peer.example/">a<a href="https://peer.example/">b</a>c</a>`, to + `a</a>` + to + `b</a>c`},
		{"ends in the wrong order", `<b><i>a</b>b</i>`, `<b><i>a</i></b>b`},
		{"a paragraph in bold", `<b>a<p>b</p>c</b>`, `<b>a</b><p>b</p>c`},
		{"an end beyond the link", `<b><a href="https://peer.example/">a</b>b</a>c</b>`, `<b>` + to + `ab</a>c</b>`},
		{"very deep", strings.Repeat("<blockquote>", 500) + "a", strings.Repeat("<blockquote>", 24) + "a" + strings.Repeat("</blockquote>", 24)},
	})
}

func TestF01_ActiveContent(t *testing.T) {
	t.Parallel()
	checkCleaned(t, []cleaned{
		{"script", `a<script>alert(1)</script>b`, `ab`},
		{"script in pieces", `a<scr<script>ipt>alert(1)</scr</script>ipt>b`, `aipt&gt;alert(1)ipt&gt;b`},
		{"script that closes itself", `a<script/>alert(1)</script>b`, `ab`},
		{"style", `<style>*{display:none}</style>a`, `a`},
		{"handlers", `<p onclick="x()" style="position:fixed" id="main">a</p>`, `<p>a</p>`},
		{"an image with a handler", `<img src=x onerror=alert(1)>a`, `a`},
		{"svg", `<svg onload=alert(1)><a href="https://x.example">b</a></svg>a`, `a`},
		{"math", `<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>a`, `a`},
		{"iframe", `<iframe srcdoc="<script>x</script>"></iframe>a`, `a`},
		{"a form", `<form action="https://evil.example"><input name=q value=b><button>c</button>a</form>`, `<p>a</p>`},
		{"noscript mutation", `<noscript><p title="</noscript><img src=x onerror=alert(1)>">a`, `&#34;&gt;a`},
		{"a comment mutation", `<!--><img src=x onerror=alert(1)>-->a`, `--&gt;a`},
		{"template, object and embed", `<template><b>x</b></template><object data=x>y</object><embed src=x>a`, `a`},
		{"meta and base", `<meta http-equiv=refresh content=0><base href="https://evil.example/">a`, `a`},
		{"textarea and title", `<textarea><b>x</textarea><title></title><b>y</b>a`, `<b>y</b>a`},
		{"attributes in odd quotes", "<a href=`javascript:alert(1)`>a</a><p/onclick=alert(1)>b", `a<p>b</p>`},
		{"a class of ours", `<span class="danger invisible">a</span><p class="alert">b</p>`, `<span>a</span><p>b</p>`},
		{"a tag that never ends", `a<a href="https://x.example`, `a`},
		{"escaped twice", `&amp;lt;script&amp;gt; &lt;script&gt;`, `&amp;lt;script&amp;gt; &lt;script&gt;`},
	})
}

func TestF02_OtherSchemes(t *testing.T) {
	t.Parallel()
	for _, href := range []string{
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "java&#10;script:alert(1)",
		"&#1;javascript:alert(1)", "javascript&colon;alert(1)", "data:text/html,<script>x</script>", "vbscript:x", "file:///etc/passwd",
		"blob:https://x.example/1", "mailto:a@x.example", "//x.example/a", "/settings/delete", "?a=b", "#a", "", "https:", "https://",
		"https:x.example", "https:\\\\x.example", "http://[::1", "https://x.example:99999/", "https://x y.example/", "https://%00.example/",
		"ftp://x.example/", "https://" + strings.Repeat("a", 2100) + ".example/",
	} {
		t.Run(href, func(t *testing.T) {
			t.Parallel()
			if got := writing.Clean(`<a href="` + href + `">a</a>`); got != "a" {
				t.Errorf("Clean kept a link: %s", got)
			}
		})
	}
}

func TestCleanCanonicalLinks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ situation, href, want string }{
		{"upper-case host", "HTTPS://Peer.Example/A", "https://peer.example/A"},
		{"a port", "http://localhost:8080/a", "http://localhost:8080/a"},
		{"an IPv6 address", "http://[2001:DB8::1]:80/", "http://[2001:db8::1]:80/"},
		{"an international host", "https://café.example/", "https://xn--caf-dma.example/"},
		{"a host in disguise", "https://bank.example@evil.example/", "https://evil.example/"},
		{"accents and blanks", "https://peer.example/é a?q=ü b", "https://peer.example/%C3%A9%20a?q=%C3%BC%20b"},
		{"quotes", `https://peer.example/'&quot;>`, "https://peer.example/%27%22%3E"},
	} {
		t.Run(tt.situation, func(t *testing.T) {
			t.Parallel()
			want := `<a href="` + tt.want + `"` + away + "a</a>"
			if diff := cmp.Diff(want, writing.Clean(`<a href="`+tt.href+`">a</a>`)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestF03_LinkTextHidesTarget(t *testing.T) {
	t.Parallel()
	const to = `<a href="https://evil.example/x"` + away
	link := func(words string) string { return `<a href="https://evil.example/x">` + words + `</a>` }
	shown := to + `<span class="invisible">https://</span><span>evil.example/x</span></a>`
	checkCleaned(t, []cleaned{
		{"another host", link("bank.com"), to + "bank.com (evil.example)</a>"},
		{"another address", link("https://bank.com/login"), to + "https://bank.com/login (evil.example)</a>"},
		{"among words", link("see <b>www.bank.com</b> now"), to + "see <b>www.bank.com</b> now (evil.example)</a>"},
		{"fullwidth letters", link("ｂａｎｋ．ｃｏｍ"), to + "ｂａｎｋ．ｃｏｍ (evil.example)</a>"},
		{"in pieces", link("ba<i></i>nk.<span>com</span>"), to + "bank.<span>com</span> (evil.example)</a>"},
		{"with characters that show nothing", link("bank\u200b.\u2067com"), to + "bank.com (evil.example)</a>"},
		{"a person of another host", link("@<span>admin@bank.com</span>"), to + "@<span>admin@bank.com</span> (evil.example)</a>"},
		{"the wrong host in brackets", link("bank.com (bank.com)"), to + "bank.com (bank.com) (evil.example)</a>"},
		{
			"an address with the host hidden", link(`<span class="invisible">https://evil.example/</span>bank.com`),
			to + `<span class="invisible">https://</span><span>evil.example/x</span></a>`,
		},
		{"another page of the same host", link("https://evil.example/y"), shown},
		{"its own address", link("https://evil.example/x"), shown},
		{"its own host", link("evil.example"), to + "evil.example</a>"},
		{"a file", link("rules.pdf, version 1.2"), to + "rules.pdf, version 1.2</a>"},
		{"words", link("la mairie. Oui."), to + "la mairie. Oui.</a>"},
		{
			"a host that begins like another",
			`<a href="https://bank.com.evil-and-quite-long.example/"><span class="invisible">https://</span><span class="ellipsis">bank.com</span><span class="invisible">.evil-and-quite-long.example/</span></a>`,
			`<a href="https://bank.com.evil-and-quite-long.example/"` + away +
				`<span class="invisible">https://</span><span class="ellipsis">bank.com.evil-and-quite-long.example</span>` +
				`<span class="invisible">/</span></a>`,
		},
		{
			"look-alike letters", `<a href="https://аррle.com/">https://аррle.com/</a>`,
			`<a href="https://xn--le-6kc8da.com/"` + away + `<span class="invisible">https://</span><span>xn--le-6kc8da.com/</span></a>`,
		},
		{"a subdomain", `<a href="https://blog.peer.org/">peer.org</a>`, `<a href="https://blog.peer.org/"` + away + `peer.org</a>`},
	})
}

func TestD06_ControlCharacters(t *testing.T) {
	t.Parallel()
	checkCleaned(t, []cleaned{
		{"NUL", "a\x00b&#0;c", "ab\ufffdc"},
		{"controls", "a\x01\x07\x1b\x7f\u0085b", "ab"},
		{"escaped controls", "a&#1;&#x1b;&#13;b", "ab"},
		{"invalid UTF-8", "a\xff\xc3b", "a\ufffd\ufffdb"},
		{"a lone surrogate", "a\xed\xa0\x80b", "a\ufffd\ufffd\ufffdb"},
		{"overrides", "a\u202ecod.exe\u202c&#x202e;b", "acod.exeb"},
		{"a byte-order mark and non-characters", "\ufeffa\uffff\ufdd0b", "ab"},
		{"lines and tabs stay", "a\tb\r\nc\rd", "a\tb\nc\nd"},
	})
	if got := writing.Render("a\x00b\u202ec\x1b", writing.Options{}).HTML; got != "<p>abc</p>" {
		t.Errorf("Render let through %q", got)
	}
	if got := writing.Plain("a\x00b\u202ec&#27;", 99); got != "abc" {
		t.Errorf("Plain let through %q", got)
	}
	if got := writing.WithTitle("a\x00b\u202ec\x1b", ""); got != "<p><strong>abc</strong></p>" {
		t.Errorf("WithTitle let through %q", got)
	}
}

func TestCleanIsBounded(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"text":   strings.Repeat("a ", 1<<20),
		"quotes": strings.Repeat("'", 1<<20),
		"tags":   strings.Repeat("<p>a", 1<<18),
		"runes":  strings.Repeat("é", 1<<20),
	} {
		got := writing.Clean(source)
		if len(got) > writing.MaxHTML+1024 {
			t.Errorf("%s: %d bytes came out", name, len(got))
		}
		if len(got) < writing.MaxHTML/2 {
			t.Errorf("%s: only %d bytes came out", name, len(got))
		}
		if writing.Clean(got) != got {
			t.Errorf("%s: cleaning twice changed it", name)
		}
	}
}

// TestE12_HostileMarkup gives every reader text on which a reader that looks
// back or ahead again and again would not end within the test's time.
func TestE12_HostileMarkup(t *testing.T) {
	t.Parallel()
	const size = 1 << 18
	for _, unit := range []string{
		"<", "<a", "<a ", "<a href=", "<!--", "<!", "</", "&", "&#", "&lt", "<b>", "<p>", "<ul><li>", "</b>", `<a href="https://a.example/">`,
		"<b><a href=x>", "<svg>", "<table>", "<p a=1 ", "a.", "@", "@a", "#", "#a", "[", "](", "![", "*", "_a", "`", "``a", ">", "- ", "1. ",
		"http://", "http://(", "http://[{(", "https://a.example/(", "a@b.", "\\", "\t", "\u0301", "\u200d", "🇫", "(", "a\n", "> a\n", "- a\n ",
		"~~~\n", "```\n", "# \n", "<a href='https://a.example'>b.com ",
	} {
		t.Run(unit, func(t *testing.T) {
			t.Parallel()
			hostile := strings.Repeat(unit, size/len(unit))
			rendered := writing.Render(hostile, neighbours())
			if len(rendered.HTML) > writing.MaxHTML+1024 || len(rendered.Hashtags) > writing.MaxHashtags || len(rendered.Mentions) > writing.MaxMentions {
				t.Errorf("Render has no bound: %d bytes, %d tags, %d mentions", len(rendered.HTML), len(rendered.Hashtags), len(rendered.Mentions))
			}
			cleaned := writing.Clean(hostile)
			if len(cleaned) > writing.MaxHTML+1024 {
				t.Errorf("Clean has no bound: %d bytes", len(cleaned))
			}
			if n := len([]rune(writing.Plain(hostile, 100))); n > 100 {
				t.Errorf("Plain has no bound: %d characters", n)
			}
			if n := len([]rune(writing.CleanName(hostile))); n > 100 {
				t.Errorf("CleanName has no bound: %d characters", n)
			}
			if n := writing.CountCharacters(hostile); n > size+200*23 {
				t.Errorf("CountCharacters counted %d in %d bytes", n, size)
			}
		})
	}
}
