// Docs writes the man pages and the site of the documentation.
//
//	go run ./scripts/docs [-man FOLDER] [-site FOLDER] [-release VERSION]
//
// The site has the Markdown files of the repository and the help of each command. It needs no
// server: open index.html in a browser.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	man := flag.String("man", "", "write man pages to this `FOLDER`; its subfolders are man1, man5 and man7")
	site := flag.String("site", "", "write the site to this `FOLDER`")
	release := flag.String("release", "", "the `VERSION` at the foot of the man pages")
	flag.Parse()
	if err := run(*man, *site, *release); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

func run(man, site, release string) error {
	if man == "" && site == "" {
		return fmt.Errorf("name a folder with -man or -site")
	}
	if man != "" {
		n, err := writeMan(man, release)
		if err != nil {
			return err
		}
		fmt.Printf("%d man pages in %s\n", n, man)
	}
	if site != "" {
		n, err := writeSite(os.DirFS("."), site)
		if err != nil {
			return err
		}
		fmt.Printf("%d pages in %s/index.html\n", n, site)
	}
	return nil
}
