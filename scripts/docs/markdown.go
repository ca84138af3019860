// Markdown files.

package main

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
)

// repository is the place of the files that the site does not have.
const repository = "https://github.com/lanyard-cli/lanyard/"

// A section is a heading of a page and the text below it, for the search and for the list of
// headings.
type section struct {
	id, title string
	level     int
	text      string
}

// An article is a page of the site.
type article struct {
	file     string // such as agent.html
	label    string // in the navigation
	title    string
	body     template.HTML
	sections []section // the first has no heading above it but the title
}

// siteName returns the file of the site for a Markdown file of the repository.
func siteName(file string) string {
	switch file {
	case "README.md":
		return "index.html"
	case "bench/README.md":
		return "benchmarks.html"
	}
	return strings.ToLower(strings.TrimSuffix(path.Base(file), ".md")) + ".html"
}

// A converter turns Markdown files into articles.
type converter struct {
	root  fs.FS
	files map[string]bool // the Markdown files of the site
	help  helpFiles
}

// convert returns the article of a Markdown file. An error names each link to a file that does not
// exist. Other checks of links need the whole site: see checkLinks.
func (c converter) convert(s source) (article, error) {
	data, err := fs.ReadFile(c.root, s.file)
	if err != nil {
		return article{}, err
	}
	data = bytes.ReplaceAll(data, []byte(`"docs/images/`), []byte(`"images/`)) // in HTML, which goldmark copies
	md := goldmark.New(
		goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(html.WithUnsafe()),
	)
	doc := md.Parser().Parse(text.NewReader(data), parser.WithContext(parser.NewContext(parser.WithIDs(&anchors{}))))
	a := article{file: siteName(s.file), label: s.label}
	if err := c.rewriteLinks(s.file, doc); err != nil {
		return a, err
	}
	a.sections = sectionsOf(doc, data)
	if len(a.sections) == 0 || a.sections[0].level != 1 {
		return a, fmt.Errorf("%s: the first line is not a title", s.file)
	}
	a.title = a.sections[0].title
	var b bytes.Buffer
	if err := md.Renderer().Render(&b, data, doc); err != nil {
		return a, fmt.Errorf("%s: %w", s.file, err)
	}
	a.body = template.HTML(wrapTables(keepFlags(c.linkCommands(b.String()))))
	return a, nil
}

// inlineCommand matches a command in a sentence, and the link that it may already be in.
var inlineCommand = regexp.MustCompile(`(<a [^>]*>)?<code>lanyard ([^<]+)</code>`)

// linkCommands makes each command in a sentence a link to its help.
func (c converter) linkCommands(body string) string {
	return inlineCommand.ReplaceAllStringFunc(body, func(code string) string {
		m := inlineCommand.FindStringSubmatch(code)
		file := c.help.of(m[2])
		if m[1] != "" || file == "" {
			return code
		}
		return fmt.Sprintf("<a href=%q>%s</a>", file, code)
	})
}

var (
	inlineCode = regexp.MustCompile(`<code>[^<]*</code>`)
	longFlag   = regexp.MustCompile(`--[a-z][a-z0-9-]*`)
)

// keepFlags marks the flags in sentences, so that no line ends after the dashes of a flag.
func keepFlags(body string) string {
	return inlineCode.ReplaceAllStringFunc(body, func(code string) string {
		return longFlag.ReplaceAllString(code, `<span class="whole">$0</span>`)
	})
}

// wrapTables puts each table into a box that scrolls, so that a wide table does not widen the page.
func wrapTables(body string) string {
	return strings.NewReplacer("<table>", `<div class="wide" tabindex="0"><table>`, "</table>", "</table></div>").Replace(body)
}

// rewriteLinks replaces the links to files of the repository.
func (c converter) rewriteLinks(file string, doc ast.Node) error {
	return ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		link, ok := n.(*ast.Link)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		to := string(link.Destination)
		if strings.Contains(to, "://") || strings.HasPrefix(to, "#") || strings.HasPrefix(to, "mailto:") {
			return ast.WalkContinue, nil
		}
		target, anchor, hasAnchor := strings.Cut(to, "#")
		target = path.Join(path.Dir(file), target)
		switch info, err := fs.Stat(c.root, target); {
		case err != nil:
			return ast.WalkStop, fmt.Errorf("%s: the link %s goes to no file", file, to)
		case c.files[target]:
			to = siteName(target)
		case info.IsDir():
			to = repository + "tree/main/" + target
		default:
			to = repository + "blob/main/" + target
		}
		if hasAnchor {
			to += "#" + anchor
		}
		link.Destination = []byte(to)
		return ast.WalkContinue, nil
	})
}

// sectionsOf returns the headings of the levels 1 to 3, with the text below each heading.
func sectionsOf(doc ast.Node, data []byte) []section {
	var all []section
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok && h.Level <= 3 {
			id, _ := h.AttributeString("id")
			all = append(all, section{id: fmt.Sprintf("%s", id), title: plain(n, data), level: h.Level})
			continue
		}
		if len(all) > 0 {
			last := &all[len(all)-1]
			last.text = strings.TrimSpace(last.text + " " + plain(n, data))
		}
	}
	return all
}

// plain returns the text of a node without marks.
func plain(n ast.Node, data []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(n.Segment.Value(data))
				if n.SoftLineBreak() || n.HardLineBreak() {
					b.WriteByte(' ')
				}
			}
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			if entering {
				for i := range n.Lines().Len() {
					at := n.Lines().At(i)
					b.Write(at.Value(data))
				}
			}
		case *ast.AutoLink:
			if entering {
				b.Write(n.URL(data))
			}
		default:
			if !entering && n.Type() == ast.TypeBlock {
				b.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.Join(strings.Fields(b.String()), " ")
}

// anchors gives headings the anchors that GitHub gives them, so that a link works on both sites.
type anchors struct{ used map[string]int }

// Generate returns the anchor of a heading.
func (a *anchors) Generate(value []byte, _ ast.NodeKind) []byte {
	var b strings.Builder
	for _, r := range strings.ToLower(string(value)) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			b.WriteRune(r)
		case r == ' ':
			b.WriteByte('-')
		}
	}
	id := b.String()
	if a.used == nil {
		a.used = map[string]int{}
	}
	n := a.used[id]
	a.used[id]++
	if n > 0 {
		id = fmt.Sprintf("%s-%d", id, n)
	}
	return []byte(id)
}

// Put is for the anchors that a file sets itself. Our files set none.
func (a *anchors) Put([]byte) {}
