// Renders a Helm chart without Helm: the same template language (text/template with sprig), the values of the chart and of -values.
// It knows what our chart uses: include, required, toYaml, toJson, .Values, .Release, .Chart. Prints the documents, or the first error.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func read(path string, into interface{}) {
	text, err := os.ReadFile(path)
	if err != nil {
		fail(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		fail(fmt.Errorf("%s: %w", path, err))
	}
}

// As Helm: maps are merged, everything else is replaced.
func merge(base, over map[string]interface{}) map[string]interface{} {
	for key, value := range over {
		inner, isMap := value.(map[string]interface{})
		known, wasMap := base[key].(map[string]interface{})
		if isMap && wasMap {
			base[key] = merge(known, inner)
		} else {
			base[key] = value
		}
	}
	return base
}

// Usage: render CHART VALUES_FILE
func main() {
	chart := os.Args[1]
	var about map[string]interface{}
	values, given := map[string]interface{}{}, map[string]interface{}{}
	read(filepath.Join(chart, "Chart.yaml"), &about)
	read(filepath.Join(chart, "values.yaml"), &values)
	read(os.Args[2], &given)

	all := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	functions["include"] = func(name string, data interface{}) (string, error) {
		var out bytes.Buffer
		err := all.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	functions["required"] = func(words string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, fmt.Errorf("%s", words)
		}
		return value, nil
	}
	functions["toYaml"] = func(value interface{}) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	all.Funcs(functions)

	paths, _ := filepath.Glob(filepath.Join(chart, "templates", "*"))
	sort.Strings(paths)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			fail(err)
		}
		if _, err := all.New(filepath.Base(path)).Parse(string(text)); err != nil {
			fail(err)
		}
	}
	// As Helm names them: a Chart.yaml has lower-case keys, templates read .Chart.Name.
	head := map[string]interface{}{"Name": about["name"], "Version": about["version"], "AppVersion": about["appVersion"]}
	release := map[string]interface{}{"Name": "c", "Namespace": "default", "Service": "Helm"}
	data := map[string]interface{}{"Values": merge(values, given), "Chart": head, "Release": release}
	for _, path := range paths {
		name := filepath.Base(path)
		if strings.HasPrefix(name, "_") {
			continue
		}
		var out bytes.Buffer
		if err := all.ExecuteTemplate(&out, name, data); err != nil {
			fail(err)
		}
		fmt.Printf("---\n# Source: %s\n%s\n", name, out.String())
	}
}
