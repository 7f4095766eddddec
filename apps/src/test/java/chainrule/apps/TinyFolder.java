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
        DecoderConfig shape = Tiny.llama();
        var config = new DecoderConfig(
                280,
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
            Models.save(form, lm.parameters(), Map.of("eos_token_id", 0), ScalarType.Float, folder);
        }
        String text = "once upon a time there was a time upon a time ";
        String json = new BpeTrainer(280, List.of("<|endoftext|>")).train(Stream.of(text, text));
        Files.writeString(folder.resolve("tokenizer.json"), json);
        return folder;
    }
}
