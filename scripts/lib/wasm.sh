# How the browser's half becomes small: for scripts/build, which ships it, and for scripts/wasm-sizes, which measures it.

# The library is an rlib too, for the server; only because the command asks for the cdylib alone is there link-time optimisation.
# compile_wasm PROFILE [FLAG_OF_RUSTC...]
compile_wasm() {
	cargo rustc --locked --lib --crate-type cdylib --profile "$1" --target $WASM_TARGET --features hydrate -- "${@:2}"
}

# bind_wasm RAW FOLDER [FLAG...]: writes FOLDER/console.js and FOLDER/console.wasm, named as cargo-leptos names it.
bind_wasm() {
	"$TOOLS/bin/wasm-bindgen" --target web --no-typescript --remove-producers-section --out-name console --out-dir "$2" "$1" "${@:3}"
	mv "$2/console_bg.wasm" "$2/console.wasm"
}

# shrink_wasm FILE [FLAG...]: the names of functions must be there still, for alike ones, side by side, compress better.
shrink_wasm() {
	end2end/node_modules/.bin/wasm-opt -Oz --converge --reorder-functions-by-name --strip-producers \
		--enable-bulk-memory --enable-sign-ext --enable-mutable-globals --enable-nontrapping-float-to-int \
		--enable-reference-types --enable-multivalue "${@:2}" -o "$1.small" "$1"
	mv "$1.small" "$1"
}
