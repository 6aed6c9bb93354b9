// An expression whose value is what Legible wants to know, as JSON.
(() => {
	const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true })
	canvas.canvas.width = canvas.canvas.height = 1

	// Any colour of CSS as [red, green, blue, alpha].
	const seen = new Map()
	const rgba = (colour) => {
		if (!seen.has(colour)) {
			canvas.clearRect(0, 0, 1, 1)
			canvas.fillStyle = colour
			canvas.fillRect(0, 0, 1, 1)
			const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data
			seen.set(colour, [r, g, b, a / 255])
		}
		return seen.get(colour)
	}
	const over = ([r, g, b, a], below) => [r, g, b].map((c, i) => c * a + below[i] * (1 - a))

	// WCAG 2.1: relative luminance and contrast ratio.
	const luminance = (colour) => {
		const [r, g, b] = colour.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
		return 0.2126 * r + 0.7152 * g + 0.0722 * b
	}
	const ratio = (one, other) => {
		const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b)
		return (high + 0.05) / (low + 0.05)
	}

	// What is behind an element, and how opaque it is with all that it is in.
	const root = rgba(getComputedStyle(document.documentElement).backgroundColor)
	const dark = matchMedia("(prefers-color-scheme: dark)").matches && getComputedStyle(document.documentElement).colorScheme.includes("dark")
	const paper = over(root, dark ? [18, 18, 18] : [255, 255, 255])
	const behind = (element) => {
		const layers = []
		for (let e = element; e && e !== document.documentElement; e = e.parentElement) {
			layers.push(rgba(getComputedStyle(e).backgroundColor))
		}
		return layers.reduceRight((below, layer) => over(layer, below), paper)
	}
	const opacity = (element) => {
		let all = 1
		for (let e = element; e; e = e.parentElement) all *= getComputedStyle(e).opacity
		return all
	}

	const poor = new Set()
	let texts = 0
	const check = (element, text, colour) => {
		const style = getComputedStyle(element)
		const box = element.getBoundingClientRect()
		if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || box.width < 2 || box.height < 2) return
		if (element.disabled || element.closest("[disabled], [aria-disabled=true]")) return // WCAG exempts them
		texts++
		const below = behind(element)
		const [r, g, b, a] = rgba(colour)
		const got = ratio(over([r, g, b, a * opacity(element)], below), below)
		const size = parseFloat(style.fontSize)
		const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700)
		if (got < (large ? 3 : 4.5) - 0.005) {
			const name = element.tagName.toLowerCase() + (element.getAttribute("class") ? "." + element.getAttribute("class").trim().split(/\s+/).join(".") : "")
			poor.add(`${name} in ${element.parentElement?.getAttribute("class") ?? ""}: ${colour} on rgb(${below.map(Math.round)}) is ${got.toFixed(2)}: ${text.trim().slice(0, 40)}`)
		}
	}
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
	for (let node = walk.nextNode(); node; node = walk.nextNode()) {
		const element = node.parentElement
		if (!node.data.trim() || ["SCRIPT", "STYLE", "NOSCRIPT", "OPTION"].includes(element.tagName)) continue
		const style = getComputedStyle(element)
		check(element, node.data, element instanceof SVGElement ? style.fill : style.color)
	}
	for (const field of document.querySelectorAll("input, select, textarea")) {
		check(field, field.value || field.placeholder, field.value ? getComputedStyle(field).color : getComputedStyle(field, "::placeholder").color)
	}

	const wide = []
	const width = document.documentElement.clientWidth
	if (document.documentElement.scrollWidth > width) {
		for (const element of document.body.querySelectorAll("*")) {
			if (element.getBoundingClientRect().right > width + 1) wide.push(`${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} to ${Math.round(element.getBoundingClientRect().right)}`)
		}
		wide.push(`the page is ${document.documentElement.scrollWidth} wide`)
	}
	return JSON.stringify({ Texts: texts, Poor: [...poor], Wide: wide.slice(-8) })
})()
