// The texts of messages: formats, constants and placeholders.

package main

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// A reader reads the text of an expression.
type reader struct {
	constants map[string]string // texts and numbers by PACKAGE.NAME
	pkg       string
	decl      ast.Decl // the declaration that is read
	self      string   // the receiver whose fields become {NAME}; "" if fields become placeholders
}

// readConstants reads the constants of a file.
func (r *reader) readConstants(f *ast.File) {
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			for i, name := range v.Names {
				if i < len(v.Values) {
					if text, ok := literal(v.Values[i]); ok {
						r.constants[f.Name.Name+"."+name.Name] = text
					}
				}
			}
		}
	}
}

// literal returns the value of an expression of literals.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, err := strconv.Unquote(e.Value)
			return text, err == nil
		}
		return e.Value, e.Kind == token.INT
	case *ast.BinaryExpr:
		x, ok1 := literal(e.X)
		y, ok2 := literal(e.Y)
		return x + y, ok1 && ok2 && e.Op == token.ADD
	}
	return "", false
}

var verb = regexp.MustCompile(`%[-+#0]*(?:\[\d\])?[0-9.*]*[a-zA-Z%]`)

// format returns the text of a format and its arguments.
func (r *reader) format(args []ast.Expr) string {
	i := 0
	return verb.ReplaceAllStringFunc(r.template(args[0]), func(v string) string {
		if v == "%%" {
			return "%"
		}
		if i++; i >= len(args) {
			return "…"
		}
		part := r.template(args[i])
		if strings.HasSuffix(v, "q") {
			part = `"` + strings.Trim(part, `"`) + `"`
		}
		return part
	})
}

// template returns the text of an expression, with placeholders for its variable parts.
func (r *reader) template(e ast.Expr) string {
	if text, ok := literal(e); ok {
		return text
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return r.template(e.X)
	case *ast.StarExpr:
		return r.template(e.X)
	case *ast.IndexExpr:
		return r.template(e.X)
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return r.template(e.X) + r.template(e.Y)
		}
		return "N"
	case *ast.Ident:
		if text, ok := r.constants[r.pkg+"."+e.Name]; ok {
			return text
		}
		if text := r.local(e); text != "" {
			return text
		}
		return placeholder("", e.Name)
	case *ast.SelectorExpr:
		of := nameOf(e.X)
		if text, ok := r.constants[of+"."+e.Sel.Name]; ok {
			return text
		}
		if r.self != "" && of == r.self {
			return "{" + e.Sel.Name + "}"
		}
		return placeholder(of, e.Sel.Name)
	case *ast.CallExpr:
		return r.call(e)
	}
	return "…"
}

// local returns the text of a variable to which the function assigns only one text.
func (r *reader) local(id *ast.Ident) string {
	var texts []string
	ast.Inspect(r.decl, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		for i := 0; ok && i < len(a.Lhs); i++ {
			if nameOf(a.Lhs[i]) != id.Name {
				continue
			}
			text := ""
			if a.Tok != token.ADD_ASSIGN && i < len(a.Rhs) {
				text, _ = literal(a.Rhs[i])
			}
			texts = append(texts, text)
		}
		return true
	})
	if len(texts) == 1 {
		return texts[0]
	}
	return ""
}

// call returns the text of a call.
func (r *reader) call(e *ast.CallExpr) string {
	switch name := nameOf(e.Fun); name {
	case "Sprintf":
		return r.format(e.Args)
	case "SetUpHint":
		return "to set up a profile, run: lanyard configure sso"
	case "CommandPath", "commandPath":
		return "lanyard COMMAND"
	case "len":
		return "N"
	case "place":
		return "FILE: line N: key KEY"
	case "Quote", "clean", "Printable", "Word", "quote", "string", "TrimPrefix", "TrimSuffix", "TrimRight", "TrimSpace", "Base", "Sprint", "Clean", "New":
		if len(e.Args) > 0 {
			text := r.template(e.Args[0])
			if name == "Quote" && qualifier(e.Fun) == "strconv" {
				text = `"` + text + `"`
			}
			return text
		}
		return placeholder("", name)
	default:
		return placeholder("", name)
	}
}

// placeholders are the words for names of the source that say little to a user. A name that is
// neither here nor long becomes "…".
var placeholders = map[string]string{
	"app.Name": "lanyard", "App.Name": "lanyard", "Config.Path": "CONFIG", "Credentials.Path": "CREDENTIALS-FILE",
	"p.Name": "PROFILE", "Profile.Name": "PROFILE", "role.Profile": "PROFILE", "e.Profile": "PROFILE", "svc.Name": "SERVICE",
	"s.Name": "NAME", "s.Line": "N", "line.Line": "N", "Line": "N", "Path": "FILE", "path": "FILE", "File": "FILE", "lockFile": "FILE",
	"folder": "FOLDER", "Folder": "FOLDER", "dir": "FOLDER", "Dir": "FOLDER", "key": "KEY", "Key": "KEY", "value": "VALUE", "Value": "VALUE",
	"name": "NAME", "Name": "NAME", "quoted": "NAME", "word": "WORD", "command": "COMMAND", "Command": "COMMAND", "err": "CAUSE", "Err": "CAUSE",
	"Error": "CAUSE", "cause": "CAUSE", "Cause": "CAUSE", "reason": "CAUSE", "Reason": "CAUSE", "program": "lanyard", "service": "SERVICE",
	"Service": "SERVICE", "region": "REGION", "Region": "REGION", "profileName": "PROFILE", "account": "ACCOUNT", "Account": "ACCOUNT",
	"AccountID": "ACCOUNT", "RoleName": "ROLE", "StartURL": "START-URL", "startURL": "START-URL", "URL": "URL", "url": "URL",
	"Endpoint": "URL", "endpoint": "URL", "Address": "ADDRESS", "address": "ADDRESS", "listen": "ADDRESS", "Operation": "OPERATION",
	"variable": "VARIABLE", "Variable": "VARIABLE", "flag": "FLAG", "Session": "SESSION", "session": "SESSION", "port": "PORT", "bucket": "BUCKET",
	"target": "TARGET", "Store": "STORE", "store": "STORE", "status": "STATUS", "Status": "STATUS", "PID": "N", "num": "N", "n": "N", "int": "N",
	"Itoa": "N", "maxParallel": "N", "maxPolicy": "N", "Retries": "N", "MFASerial": "DEVICE", "Rule": "RULE", "Op": "change", "StartURLs": "START-URL",
	"root": "lanyard", "Code": "CODE", "code": "CODE", "Message": "MESSAGE", "message": "MESSAGE", "Msg": "MESSAGE", "profile": "PROFILE",
	"Kind": "KIND", "agent": "PROGRAM", "lanyard": "lanyard", "Template": "TEMPLATE", "Host": "HOST", "Hostname": "HOST", "operation": "OPERATION",
	"argument": "PROFILE", "Waiter": "NAME", "template": "TEMPLATE", "expr": "EXPRESSION", "socket": "FILE", "Separator": "/",
}

// placeholder returns the word for a variable or a field.
func placeholder(of, name string) string {
	if word := placeholders[of+"."+name]; word != "" {
		return word
	}
	if word := placeholders[name]; word != "" {
		return word
	}
	return "…"
}

var field = regexp.MustCompile(`\{(\w+)\}`)

// fieldsOpen replaces the fields that are left by placeholders.
func fieldsOpen(s string) string {
	return field.ReplaceAllStringFunc(s, func(f string) string { return placeholder("", strings.Trim(f, "{}")) })
}

// said reports whether a text has at least one word that is not a placeholder.
func said(s string) bool {
	for _, w := range strings.FieldsFunc(field.ReplaceAllString(s, ""), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if len(w) > 2 && w != strings.ToUpper(w) && w != "lanyard" {
			return true
		}
	}
	return false
}

// capital reports whether a text begins like a sentence, as the AWS CLI's messages do.
func capital(s string) bool {
	first, _, _ := strings.Cut(s, " ")
	return len(first) > 1 && unicode.IsUpper(rune(first[0])) && first[1:] == strings.ToLower(first[1:])
}

// digits returns a text of digits, or "".
func digits(s string) string {
	if _, err := strconv.Atoi(s); err != nil {
		return ""
	}
	return s
}

// nameOf returns the last name of an expression, or "".
func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.StarExpr:
		return nameOf(e.X)
	case *ast.CallExpr:
		return nameOf(e.Fun)
	}
	return ""
}

// qualifier returns the name before the dot of an expression, or "".
func qualifier(e ast.Expr) string {
	if sel, ok := e.(*ast.SelectorExpr); ok {
		return nameOf(sel.X)
	}
	return ""
}
