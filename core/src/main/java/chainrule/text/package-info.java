/**
 * Text to token ids and back.
 *
 * <ul>
 *   <li>{@link chainrule.text.Tokenizer}: the family. {@link chainrule.text.HuggingFaceTokenizer} runs any tokenizer.json
 *       through the Hugging Face library; {@link chainrule.text.ByteTokenizer} has one token per byte.
 *   <li>{@link chainrule.text.Detokenizer}: ids to text one at a time; every path from ids to text uses it, so that a
 *       stream's pieces join to the text of the whole.
 *   <li>{@link chainrule.text.TokenizerJson}: the check that a tokenizer.json passes before native code sees it.
 *   <li>{@link chainrule.text.BpeTrainer}: trains a byte-level BPE and writes a tokenizer.json.
 *   <li>{@link chainrule.text.GgufVocabulary}: the vocabulary of a GGUF file as a tokenizer.json.
 *   <li>{@link chainrule.text.SpecialTokens}: which tokens begin, end, pad.
 * </ul>
 *
 * To add a tokenizer, implement {@link chainrule.text.Tokenizer.Custom}; to read another decoder of a tokenizer.json, add
 * a record to {@code TextDecoder} and a line to {@code DecoderReader}.
 */
@NullMarked
package chainrule.text;

import org.jspecify.annotations.NullMarked;
