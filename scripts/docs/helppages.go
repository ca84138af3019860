// The pages of the site with the help of commands and topics.

package main

import (
	"fmt"
	"html"
	"html/template"
	"regexp"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// helpArticles returns an article for each page of the manual, and the article that lists them.
func helpArticles(manual []page) []article {
	var all []article
	names := fileNames(manual)
	list := article{file: "reference.html", label: "Help of each command", title: "Help of each command"}
	var b strings.Builder
	b.WriteString("<h1 id=\"help\">Help of each command</h1>\n<p>These pages have the texts of <code>lanyard help</code>. The man pages have them too.</p>\n")
	list.sections = []section{{id: "help", title: list.title, level: 1}}
	for _, part := range []struct{ title, section string }{{"Commands", "1"}, {"Topics", "57"}} {
		id := strings.ToLower(part.title)
		fmt.Fprintf(&b, "<h2 id=%q>%s</h2>\n<dl>\n", id, part.title)
		list.sections = append(list.sections, section{id: id, title: part.title, level: 2})
		var own []page
		for _, p := range manual {
			if strings.Contains(part.section, p.section) {
				own = append(own, p)
			}
		}
		slices.SortFunc(own, func(a, b page) int { return strings.Compare(a.title(), b.title()) })
		for _, p := range own {
			fmt.Fprintf(&b, "<dt><a href=\"%s.html\"><code>%s</code></a></dt><dd>%s</dd>\n", p.name(), html.EscapeString(p.title()), html.EscapeString(p.short))
		}
		b.WriteString("</dl>\n")
	}
	list.body = template.HTML(b.String())
	all = append(all, list)
	for _, p := range manual {
		all = append(all, p.article(names))
	}
	return all
}

// A helpFiles maps commands and topics, such as "lanyard sso login", to the files of their pages.
type helpFiles map[string]string

func fileNames(manual []page) helpFiles {
	names := helpFiles{}
	for _, p := range manual {
		names[strings.Join(p.words, " ")] = p.name() + ".html"
	}
	return names
}

// of returns the file for the command in a command line, or "". line has no program name.
func (names helpFiles) of(line string) string {
	words := strings.Fields(strings.TrimPrefix(line, "help "))
	for n := len(words); n > 0; n-- {
		if file := names["lanyard "+strings.Join(words[:n], " ")]; file != "" {
			return file
		}
	}
	return ""
}

// title returns the command line that shows the page.
func (p page) title() string {
	if p.section != "1" {
		return "lanyard help " + p.words[1]
	}
	return strings.Join(p.words, " ")
}

// article returns the page in HTML.
func (p page) article(names helpFiles) article {
	var b strings.Builder
	a := article{file: p.name() + ".html", title: p.title(), label: p.title()}
	fmt.Fprintf(&b, "<h1 id=\"page\"><code>%s</code></h1>\n", html.EscapeString(a.title))
	a.sections = []section{{id: "page", title: a.title, level: 1, text: p.short}}
	ids := &anchors{}
	for _, block := range p.blocks {
		last := &a.sections[len(a.sections)-1]
		last.text += " " + strings.Join(strings.Fields(block.Text), " ")
		switch block.Kind {
		case command.Heading:
			last.text = strings.TrimSuffix(last.text, " "+block.Text)
			id := string(ids.Generate([]byte(block.Text), 0))
			fmt.Fprintf(&b, "<h2 id=%q class=\"caps\">%s</h2>\n", id, html.EscapeString(block.Text))
			a.sections = append(a.sections, section{id: id, title: block.Text, level: 2})
		case command.Paragraph:
			for _, part := range paragraphs(block.Text) {
				if part.verbatim {
					fmt.Fprintf(&b, "<pre><code>%s</code></pre>\n", html.EscapeString(part.text))
				} else {
					fmt.Fprintf(&b, "<p>%s</p>\n", linked(part.text, names))
				}
			}
		case command.Prose:
			fmt.Fprintf(&b, "<p>%s</p>\n", linked(block.Text, names))
		case command.Verbatim, command.Example:
			if block.Text != "" {
				fmt.Fprintf(&b, "<pre tabindex=\"0\"><code>%s</code></pre>\n", html.EscapeString(block.Text))
			}
		case command.List:
			b.WriteString("<dl>\n")
			for _, item := range block.Items {
				name := strings.TrimSpace(item.Name)
				code := "<code>" + html.EscapeString(name) + "</code>"
				if file := names[strings.Join(p.words, " ")+" "+name]; file != "" {
					code = fmt.Sprintf("<a href=%q>%s</a>", file, code)
				}
				fmt.Fprintf(&b, "<dt>%s</dt><dd>%s</dd>\n", code, linked(item.Text, names))
				last.text += " " + name + " " + item.Text
			}
			b.WriteString("</dl>\n")
		}
	}
	a.body = template.HTML(b.String())
	return a
}

var mention = regexp.MustCompile(`&#34;lanyard ([^&]+)&#34;`)

// linked returns a text in HTML, in which each command in quotes is a link to its page.
func linked(text string, names helpFiles) string {
	return mention.ReplaceAllStringFunc(html.EscapeString(text), func(quoted string) string {
		line := mention.FindStringSubmatch(quoted)[1]
		if file := names.of(line); file != "" {
			return fmt.Sprintf("<a href=%q><code>lanyard %s</code></a>", file, line)
		}
		return "<code>lanyard " + line + "</code>"
	})
}
