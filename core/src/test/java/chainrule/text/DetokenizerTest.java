package chainrule.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Streams of pieces against decoding as a whole, by this code and by the native library. */
class DetokenizerTest {
    private static final int SEQUENCES = 300;

    /** Tokens that some decoder treats in a way of its own. */
    private static final List<String> ODD = List.of(
            "<unk>", "<pad>", "a", "b", "b", "the", "##c", "##", "x</w>", "</w>y", "▁", "▁▁b", "▁d", "e▁", "|", "f|g",
            " ", "  h", "i ", " .", "'", "n't", " n't", " do not", " '", " 's", "<0xE2>", "<0x96>", "<0x81>", "<0xff>",
            "<0x0A>", "<0xGG>", "é", "🙂", "Ġk", "ðŁ", "ĻĤ", "Ã", "©", "中", "aab", "ab", "ba", "\n", "\r", "\u2028x");

    static List<Path> folders() throws IOException {
        return GoldenTokenizersTest.folders();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void streamedPiecesJoinToTheTextOfTheLibrary(Path folder) throws IOException {
        String json = Files.readString(folder.resolve("tokenizer.json"));
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.parse(json, "json")) {
            // Version 0.21 of the library decodes added tokens without what the normalizer makes of them.
            int[] plain = IntStream.range(0, tokenizer.size())
                    .filter(id -> !tokenizer.token(id).equals("<tool>"))
                    .toArray();
            compare(json, tokenizer, plain);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "{'type':'CTC','pad_token':'<pad>','word_delimiter_token':'|','cleanup':true}",
                "{'type':'CTC','pad_token':'a','word_delimiter_token':'|','cleanup':false}",
                "{'type':'BPEDecoder','suffix':'</w>'}",
                "{'type':'WordPiece','prefix':'##','cleanup':true}",
                "{'type':'WordPiece','prefix':'b','cleanup':false}",
                "{'type':'Metaspace','replacement':'▁','prepend_scheme':'always','split':true}",
                "{'type':'Metaspace','replacement':'▁','prepend_scheme':'never','split':true}",
                "{'type':'Metaspace','replacement':'▁','add_prefix_space':true}",
                "{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':true,'use_regex':true}",
                "{'type':'ByteFallback'}",
                "{'type':'Fuse'}",
                "{'type':'Replace','pattern':{'Regex':'a+b?|▁'},'content':'_'}",
                "{'type':'Replace','pattern':{'Regex':'b*'},'content':'-'}",
                "{'type':'Replace','pattern':{'Regex':'.'},'content':'+'}",
                "{'type':'Replace','pattern':{'Regex':'^'},'content':'+'}",
                "{'type':'Replace','pattern':{'String':'ab'},'content':'b'}",
                "{'type':'Sequence','decoders':[{'type':'Fuse'},{'type':'Replace','pattern':{'String':'aab'},'content':'ab'}]}",
                "{'type':'Sequence','decoders':[{'type':'Fuse'},{'type':'Replace','pattern':{'Regex':'[ab]+|$'},'content':'!'}]}",
                "{'type':'Sequence','decoders':[{'type':'Fuse'},{'type':'WordPiece','prefix':'##','cleanup':true}]}",
                "{'type':'Sequence','decoders':[{'type':'Fuse'},{'type':'Metaspace','replacement':'▁','prepend_scheme':'first'}]}",
                "{'type':'Sequence','decoders':[{'type':'Fuse'},{'type':'BPEDecoder','suffix':'</w>'}]}",
                "{'type':'Sequence','decoders':[{'type':'Fuse'},{'type':'ByteFallback'}]}",
                "{'type':'Sequence','decoders':[{'type':'Fuse'},{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':true}]}",
                "{'type':'Sequence','decoders':[{'type':'Fuse'},{'type':'CTC','pad_token':'<pad>','word_delimiter_token':'|','cleanup':true}]}",
                "{'type':'Sequence','decoders':[{'type':'Replace','pattern':{'String':'▁'},'content':' '},{'type':'ByteFallback'},{'type':'Fuse'},{'type':'Strip','content':' ','start':1,'stop':0}]}",
                "{'type':'Sequence','decoders':[{'type':'Sequence','decoders':[{'type':'CTC','pad_token':'<pad>','word_delimiter_token':'|','cleanup':true}]},{'type':'WordPiece','prefix':'##','cleanup':false}]}",
                "{'type':'Sequence','decoders':[{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':true},{'type':'Replace','pattern':{'String':'🙂'},'content':':-)'}]}",
                "{'type':'Sequence','decoders':[{'type':'Strip','content':'▁','start':1,'stop':0},{'type':'BPEDecoder','suffix':'</w>'},{'type':'Metaspace','replacement':'e','prepend_scheme':'always'}]}",
            })
    void everyDecoderStreamsAsTheLibraryDecodes(String decoder) {
        ObjectNode root = JsonMapper.shared().createObjectNode().put("version", "1.0");
        ArrayNode added = root.putArray("added_tokens");
        ObjectNode vocab = root.putObject("model")
                .put("type", "WordLevel")
                .put("unk_token", "<unk>")
                .putObject("vocab");
        ODD.stream().distinct().forEach(token -> vocab.put(token, vocab.size()));
        added.addObject()
                .put("id", 1)
                .put("content", "<pad>")
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
        root.set(
                "decoder",
                JsonMapper.shared().readTree(decoder.replace('\'', '"').replace("\"\"\"", "\"'\"")));
        String json = root.toString();
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.parse(json, "json")) {
            compare(json, tokenizer, IntStream.range(0, tokenizer.size()).toArray());
        }
    }

    @Test
    void aStripAtTheEndHoldsBackWhatMayBeCut() {
        List<TextDecoder> decoders = List.of(new TextDecoder.Fuse(), new TextDecoder.Strip('_', 1, 2));
        UnaryOperator<String> strip = text -> {
            Detokenizer stream = new Detokenizer(id -> Optional.of(text.substring(id, id + 1)), decoders);
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < text.length(); i++) {
                out.append(stream.push(i));
            }
            return out.append(stream.end()).toString();
        };
        assertThat(List.of("__a_b___", "_", "__", "___", "____", "ab", "").stream()
                        .map(strip))
                .containsExactly("_a_b_", "", "", "", "_", "ab", "");
    }

    private static void compare(String json, HuggingFaceTokenizer tokenizer, int[] ids) {
        var library = TokenizersNatives.library();
        long judge = library.createTokenizerFromString(json);
        try {
            Random random = new Random(7);
            for (int n = 0; n < SEQUENCES; n++) {
                int[] sequence = random.ints(1 + random.nextInt(30), 0, ids.length)
                        .map(i -> ids[i])
                        .toArray();
                boolean skip = random.nextBoolean();
                if (Arrays.stream(sequence).allMatch(tokenizer::isSpecial)) {
                    continue;
                }
                String expected = library.decode(
                        judge, Arrays.stream(sequence).asLongStream().toArray(), skip);
                Detokenizer stream = tokenizer.detokenizer(skip);
                StringBuilder joined = new StringBuilder();
                boolean whole = true;
                for (int id : sequence) {
                    String piece = stream.push(id);
                    whole &= JsonPlace.wellFormed(piece);
                    joined.append(piece);
                }
                joined.append(stream.end());
                assertThat(whole).isTrue();
                assertThat(joined.toString()).as(Arrays.toString(sequence)).isEqualTo(expected);
                assertThat(tokenizer.decode(sequence, skip)).isEqualTo(expected);
            }
        } finally {
            library.deleteTokenizer(judge);
        }
    }
}
