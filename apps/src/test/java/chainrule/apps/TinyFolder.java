package chainrule.apps;

import chainrule.model.Decoder;
import chainrule.model.DecoderConfig;
import chainrule.model.Tiny;
import chainrule.model.family.Llama;
import chainrule.model.family.Models;
import chainrule.nn.Init;
import chainrule.text.BpeTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A model folder as Hugging Face writes it, small and random, for tests. */
public final class TinyFolder {
    private TinyFolder() {}

    public static Path make(Path folder) throws IOException {
        String text = "once upon a time there was a time upon a time ";
        return make(folder, 280, new BpeTrainer(280, List.of("<|endoftext|>")).train(Stream.of(text, text)), 0);
    }

    /**
     * @param tokenizer its tokenizer.json
     * @param end the id that ends a text
     */
    public static Path make(Path folder, int vocabulary, String tokenizer, int end) throws IOException {
        DecoderConfig shape = Tiny.llama();
        var config = new DecoderConfig(
                vocabulary,
                shape.width(),
                shape.layers(),
                shape.context(),
                shape.position(),
                shape.norm(),
                shape.attention(),
                shape.mlp(),
                shape.flow(),
                true,
                0.2);
        try (Decoder lm = Decoder.create(config, Init.random(5))) {
            var form = new Models.Form(new Llama(), config);
            Models.save(form, lm.parameters(), Map.of("eos_token_id", end), ScalarType.Float, folder);
        }
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer);
        return folder;
    }
}
