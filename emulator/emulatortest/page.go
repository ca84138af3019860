package emulatortest

import (
	"html"
	"net/url"
	"regexp"
)

// A page holds the parts of an emulator page that a user sees and uses.
type page struct {
	id      string // the id of the main element
	message string
	action  string     // the path that receives the form
	fields  url.Values // the fields of the form with their values
}

// These expressions match the emulator's pages. They do not match HTML in general.
var (
	mainTag    = regexp.MustCompile(`<main id="(\w+)"`)
	messageTag = regexp.MustCompile(`(?s)id="message">(.*?)</p>`)
	formTag    = regexp.MustCompile(`(?s)<main.*?<form[^>]* action="([^"]*)"(.*?)</form>`)
	inputTag   = regexp.MustCompile(`<input [^>]*>`)
	nameAttr   = regexp.MustCompile(` name="([^"]*)"`)
	valueAttr  = regexp.MustCompile(` value="([^"]*)"`)
)

func pageOf(text string) page {
	p := page{id: group(mainTag, text, 1), message: html.UnescapeString(group(messageTag, text, 1)), fields: url.Values{}}
	p.action = html.UnescapeString(group(formTag, text, 1))
	for _, input := range inputTag.FindAllString(group(formTag, text, 2), -1) {
		p.fields.Set(html.UnescapeString(group(nameAttr, input, 1)), html.UnescapeString(group(valueAttr, input, 1)))
	}
	return p
}

// group returns the nth group of the first match, or "".
func group(re *regexp.Regexp, text string, n int) string {
	m := re.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return m[n]
}
